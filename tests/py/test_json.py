"""The JSON door, driven as an agent's author would."""

import json
import socket


def test_a_clerk_signs_on(serve):
    host, port = serve("dmv", "--json", "127.0.0.1:0", "--clock", "turn")["json"].split(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rw") as lines:
        greeting = json.loads(lines.readline())
        assert "OPERATOR ID" in "\n".join(greeting["screen"]["rows"])
        lines.write(json.dumps({"keys": "CLK042IRON<enter>"}) + "\n")
        lines.flush()
        assert "DMVM01" in json.loads(lines.readline())["screen"]["rows"][0]
