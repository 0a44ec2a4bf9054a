"""Fixtures of the Python tests: the program, and servers that end with their test."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def bigiron():
    """The path of the tested program: BIGIRON, or the debug build."""
    path = Path(os.environ.get("BIGIRON", ROOT / "target" / "debug" / "bigiron"))
    assert path.exists(), f"{path} is missing: `cargo build` makes it"
    return path


@pytest.fixture
def spawn(bigiron):
    """Starts the program in a terminal under pexpect; it is closed with the test."""
    # Not at the head of the file: tests/py/trainers runs without pexpect.
    import pexpect

    children = []

    def start(*arguments, dimensions=(30, 100), **environment):
        child = pexpect.spawn(
            str(bigiron), list(map(str, arguments)), encoding="utf-8", timeout=30, dimensions=dimensions, env={"TERM": "xterm-256color", **environment}
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


def ended(child):
    """The exit code of a program that is about to exit."""
    child.read()
    child.wait()
    return child.exitstatus


@pytest.fixture
def serve(bigiron):
    """A function that starts `bigiron serve` with its arguments and returns the addresses of the doors by name."""
    running = []

    def start(*arguments):
        server = subprocess.Popen(
            [bigiron, "serve", *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        running.append(server)
        doors = {}
        wanted = sum(a.startswith("--") and re.search(r":0$", b) is not None for a, b in zip(arguments, arguments[1:]))
        while len(doors) < wanted:
            line = server.stdout.readline()
            assert line, f"the server ended: {server.wait()}"
            door, address = line.split()
            doors[door] = address
        return doors

    yield start
    for server in running:
        server.terminate()
        server.wait(10)
