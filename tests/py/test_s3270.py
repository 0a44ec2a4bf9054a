"""Libraries that drive s3270, with bigiron and with the reference: they sign on to a shipped system and read a licence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LICENCE = ("D4471902", "VANDERMEER", "04/02/89")


@pytest.fixture
def dmv(serve):
    """Host and port of a licence desk."""
    return serve("dmv", "--tn3270", "127.0.0.1:0", "--clock", "turn")["tn3270"].split(":")


@pytest.fixture(params=["bigiron", "s3270"])
def bin3270(request, tmp_path, bigiron, monkeypatch):
    """A folder, first in PATH, in which `s3270` is bigiron, or the reference."""
    program = bigiron if request.param == "bigiron" else shutil.which("s3270")
    assert program, "s3270 is missing: tests/run installs it"
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "s3270").symlink_to(program)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    return folder


def test_py3270(dmv, bin3270):
    from py3270 import CommandError, Emulator

    emulator = Emulator(visible=False, timeout=20, args=["-model", "3279-2-E"])
    emulator.connect(":".join(dmv))
    emulator.wait_for_field()
    assert emulator.is_connected()
    emulator.send_string("CLK042IRON")
    emulator.send_enter()
    emulator.wait_for_field()
    assert emulator.string_found(1, 2, "DMVM01")
    emulator.send_string("INQ")
    emulator.exec_command(b"Tab()")
    emulator.send_string("D4471902")
    emulator.send_enter()
    emulator.wait_for_field()
    assert emulator.string_get(4, 20, 8) == LICENCE[0]
    assert emulator.string_get(6, 20, 10) == LICENCE[1]
    emulator.move_to(4, 20)
    emulator.fill_field(4, 20, "X1", 8)
    assert emulator.string_get(4, 20, 8).strip() == "X1"
    with pytest.raises(CommandError):
        emulator.exec_command(b"Foo()")
    emulator.save_screen("screen.html")
    assert "VANDERMEER" in Path("screen.html").read_text()
    emulator.terminate()


def test_p3270(dmv, bin3270):
    from p3270 import P3270Client

    host, port = dmv
    client = P3270Client(hostName=host, hostPort=port, modelName="3279-2", path=f"{bin3270}/")
    assert client.connect()
    assert client.waitForField()
    client.sendText("CLK042IRON")
    assert client.sendEnter()
    assert client.waitForField()
    client.sendText("INQ")
    client.sendTab()
    client.sendText("D4471902")
    assert client.sendEnter()
    assert client.waitForField()
    assert client.foundTextAtPosition(4, 20, LICENCE[0])
    assert client.readTextArea(6, 20, 1, 10) == LICENCE[1]
    assert LICENCE[2] in client.getScreen()
    assert client.isConnected()
    assert client.disconnect()
    client.endSession()


ROBOT = """\
*** Settings ***
Library    Mainframe3270    visible=${{False}}    timeout=20    wait_time=0    img_folder={folder}

*** Test Cases ***
A clerk reads a licence
    Open Connection    {host}    port={port}
    Wait Field Detected
    Write Bare    CLK042IRON
    Send Enter
    Wait Field Detected
    Page Should Contain String    LICENCE DESK - MAIN MENU
    Write Bare    INQ
    Move Next Field
    Write Bare    D4471902
    Send Enter
    Wait Field Detected
    Page Should Contain All Strings    ${{{{ ["VANDERMEER", "04/02/89"] }}}}
    ${{licence}}    Read    4    20    8
    Should Be Equal    ${{licence}}    D4471902
    Take Screenshot
    Close Connection
"""


def test_robotframework_mainframe3270(dmv, bin3270, tmp_path):
    suite = tmp_path / "desk.robot"
    suite.write_text(ROBOT.format(folder=tmp_path, host=dmv[0], port=dmv[1]))
    done = subprocess.run(
        [sys.executable, "-m", "robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", str(suite)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.glob("*.html"))


def test_tnz_on_our_host(dmv, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # tnz writes its log into the current folder
    from tnz import tnz

    session = tnz.Tnz(name="A")
    session.connect(dmv[0], int(dmv[1]), secure=False)

    def wait_for(text):
        for _ in range(200):
            if text in session.scrstr(0, 0) and not session.pwait:
                return
            session.wait(0.1)
        raise AssertionError(f"{text!r} never comes:\n{session.scrstr(0, 0)}")

    wait_for("OPERATOR ID")
    session.key_data("CLK042IRON")
    session.enter()
    wait_for("DMVM01")
    session.key_data("INQ")
    session.key_tab()
    session.key_data("D4471902")
    session.enter()
    wait_for("VANDERMEER")
    session.shutdown()
