"""`bigiron connect` in a terminal, and its recordings."""

import socket
import subprocess
import threading

import pytest
from conftest import ended


@pytest.mark.parametrize("server, client", [((), ()), ((), ("--no-tn3270e",)), (("--tls",), ("--no-verify",))])
def test_a_clerk_signs_on_and_the_recording_is_viewed(serve, spawn, bigiron, tmp_path, server, client):
    address = serve("dmv", "--tn3270", "127.0.0.1:0", "--clock", "turn", *server)["tn3270"]
    recording = tmp_path / "run.jsonl"
    child = spawn("connect", address, "--record", recording, *client)
    child.expect_exact("OPERATOR ID")
    child.send("CLK042IRON\r")
    child.expect_exact("LICENCE INQUIRY")
    child.send("\x11")
    child.expect_exact("Leave this session?")
    child.send("y")
    assert ended(child) == 0
    shown = subprocess.run([bigiron, "show", recording], capture_output=True, text=True)
    assert "DMVM01" in shown.stdout
    verified = subprocess.run([bigiron, "verify", recording], capture_output=True, text=True)
    assert verified.returncode == 2
    assert "is of a foreign host, which cannot be executed again" in verified.stderr


def test_a_host_of_plain_text_and_its_end(spawn):
    listener = socket.create_server(("127.0.0.1", 0))

    def host():
        client, _ = listener.accept()
        with client:
            client.sendall(b"RIVER BBS\r\nlogin: ")
            client.sendall(b"hello " + client.recv(100))
            # Unsolicited: nothing was typed since.
            written.wait(30)
            client.sendall(b"\r\ngood night\x07\r\n")

    written = threading.Event()
    threading.Thread(target=host, daemon=True).start()
    child = spawn("connect", "127.0.0.1:%d" % listener.getsockname()[1])
    child.expect_exact("RIVER BBS")
    child.send("ruth\r")
    child.expect_exact("hello")
    written.set()
    child.expect_exact("\x07")
    child.expect_exact("Host disconnected")


def test_what_cannot_be_is_said(bigiron, spawn):
    for arguments, said in [
        (("mvs:x",), "port x is no number"),
        (("mvs:23", "--code-page", "cp038"), "did you mean"),
        (("mvs:23",), "connect needs a terminal"),
    ]:
        refused = subprocess.run([bigiron, "connect", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert refused.returncode == 2
        assert said in refused.stderr, refused.stderr
    closed = socket.create_server(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % closed.getsockname()[1]
    closed.close()
    spawn("connect", address).expect_exact("Connection refused")
