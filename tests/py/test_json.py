"""The JSON door, driven by a simple agent."""

import json
import socket
import subprocess

from jsonschema import Draft202012Validator


def test_a_clerk_signs_on(serve):
    host, port = serve("dmv", "--json", "127.0.0.1:0", "--clock", "turn")["json"].split(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rw") as lines:
        greeting = json.loads(lines.readline())
        assert "OPERATOR ID" in "\n".join(greeting["screen"]["rows"])
        lines.write(json.dumps({"keys": "CLK042IRON<enter>"}) + "\n")
        lines.flush()
        assert "DMVM01" in json.loads(lines.readline())["screen"]["rows"][0]


def test_what_is_said_is_as_the_schema_has_it(serve, bigiron):
    schema = json.loads(subprocess.run([bigiron, "schema", "json"], capture_output=True, check=True).stdout)
    Draft202012Validator.check_schema(schema)
    said = Draft202012Validator(schema)
    host, port = serve("dmv", "--json", "127.0.0.1:0", "--clock", "turn", "--task", "read-photo")["json"].split(":")
    with socket.create_connection((host, int(port))) as connection, connection.makefile("rw") as lines:

        def answer(kind, line):
            Draft202012Validator(schema["$defs"][kind]).validate(json.loads(line))

        answer("greeting", lines.readline())
        requests = [
            ("answer", {"keys": "CLK042<up>A", "observe": {"fields": "all", "cells": True}}),
            ("answer", {"keys": "<reset>", "wait": 1000, "observe": {"rows": False}}),
            ("answer", {"submit": "P88121"}),
        ]
        for kind, request in requests:
            said.validate(request)
            lines.write(json.dumps(request) + "\n")
            lines.flush()
            answer(kind, lines.readline())
    assert not said.is_valid({"kees": "A"}) and not said.is_valid({})
