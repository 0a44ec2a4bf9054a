"""The VT door, driven by pexpect: through telnet on a pty, and over a bare socket."""

import json
import socket

import pexpect
import pexpect.socket_pexpect


def sign_on(client):
    client.expect("OPERATOR ID")
    client.send("CLK042IRON\r")
    client.expect("DMVM01")
    client.expect("SIGNED ON AT OFFICE")
    client.send("1\tD4471902\r")
    client.expect("VANDERMEER")
    client.send("\x1bOR")
    client.expect("DMVM01")


def test_pexpect_works_the_desk_through_telnet(serve):
    host, port = serve("dmv", "--vt", "127.0.0.1:0", "--clock", "turn")["vt"].split(":")
    client = pexpect.spawn("telnet", [host, port], dimensions=(30, 100), timeout=60)
    sign_on(client)
    # Ctrl-Q leaves; Ctrl-] is telnet's own.
    client.send("\x11")
    client.expect(pexpect.EOF)


def test_pexpect_works_the_desk_over_a_bare_socket(serve):
    host, port = serve("dmv", "--vt", "127.0.0.1:0", "--clock", "turn")["vt"].split(":")
    with socket.create_connection((host, int(port))) as connection:
        client = pexpect.socket_pexpect.SocketSpawn(connection, timeout=60)
        sign_on(client)
        client.send("\x1d")
        client.expect(pexpect.EOF)


def test_a_trainer_opens_a_session_at_the_vt_door(serve):
    host, port = serve("dmv", "--control", "127.0.0.1:0", "--clock", "turn")["control"].split(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rw") as trainer:

        def say(order):
            trainer.write(json.dumps(order) + "\n")
            trainer.flush()
            return json.loads(trainer.readline())

        opened = say({"open": {"seed": 7, "door": "vt"}})
        where = opened["address"].split(":")
        with socket.create_connection((where[0], int(where[1]))) as agent:
            sign_on(pexpect.socket_pexpect.SocketSpawn(agent, timeout=60))
            state = say({"state": {"session": opened["session"]}})
            assert "DMVM01" in state["screen"]["rows"][0]
