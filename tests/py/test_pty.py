"""`bigiron play` driven through a terminal alone: by pexpect, and under script(1)."""

import json
import subprocess

import pytest
from conftest import ended

PATIENCE = 30


def test_a_plain_terminal_plays(spawn):
    child = spawn("play", "dmv", "--plain", "--clock", "turn", TERM="dumb")
    child.expect_exact("row 12, column 32, OPERATOR ID; keyboard free\r\n> ")
    assert "\x1b" not in child.before
    child.sendline("CLK042")
    child.expect_exact("12:           OPERATOR ID  . . .  CLK042")
    child.expect_exact("PASSWORD, hidden; keyboard free\r\n> ")
    child.sendline("IRON<enter>")
    child.expect_exact("LICENCE DESK - MAIN MENU")
    child.expect_exact("> ")
    child.sendline("A<up>B<enter>")
    child.expect_exact("B (column 6) was refused: X <-o->; nothing after it was pressed")
    child.expect_exact("<reset> frees it\r\n> ")
    child.sendline("<reset><etner>")
    child.expect_exact("did you mean <enter>?")
    child.sendline(":field")
    child.expect_exact("did you mean :fields?")
    child.sendline("<reset>")
    child.expect_exact("keyboard free\r\n> ")
    child.sendline(":fields")
    child.expect_exact("COMMAND: A")
    child.sendline(":quit")
    assert ended(child) == 0


def test_a_task_is_played_and_graded_in_lines(bigiron, tmp_path):
    recording = tmp_path / "run.jsonl"
    lines = "CLK042IRON<enter>\n:wait 2\n:submit NO IDEA\n"
    played = subprocess.run(
        [bigiron, "play", "dmv", "--plain", "--task", "read-photo", "--clock", "turn", "--record", recording],
        input=lines, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "photo number" in played.stdout and "session is over: submitted" in played.stdout
    assert "failed" in played.stdout.splitlines()[-1] or "failed" in played.stdout
    events = [json.loads(line) for line in recording.read_text().splitlines()]
    assert events[-2]["answer"] == "NO IDEA" and events[-1]["end"] == "submitted"


def test_two_terminals_are_played_and_graded_in_lines(bigiron, tmp_path):
    recording = tmp_path / "run.jsonl"
    lines = ":goal\nCLK\n:terminal claims\nTVM31\n:terminal 1\n:terminal 3\n:answer soon\n:quit\n:answer\n:quit\n:answer 04/02/89\n:quit\n"
    played = subprocess.run(
        [bigiron, "play", "dmv", "--plain", "--task", "member-expiry", "--clock", "turn", "--record", recording],
        input=lines, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    said = played.stdout
    assert "keyboard free; 1 dmv, keys 3 of 400" in said and "keyboard free; 2 claims, keys 8 of 400" in said
    assert "Terminal 2: claims" in said and 'There is no terminal "3"; there are 1 (dmv), 2 (claims).' in said
    assert '"soon": it does not read as a date' in said
    # An answer that cannot be parsed is accepted all the same.
    assert said.count("No answer was given") == 0 and "Kept: 04/02/89" not in said
    for name, keys in [("run.jsonl", "CLK"), ("run-claims.jsonl", "TVM31")]:
        events = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        assert keys in [event.get("key") for event in events] and events[-1]["end"] == "submitted"
    regraded = subprocess.run([bigiron, "regrade", *tmp_path.glob("*.jsonl")], capture_output=True, text=True)
    assert regraded.stdout == said[said.index("\nfailed") + 1 :] and "soon" in regraded.stdout


def test_leaving_without_an_answer_asks_for_it(bigiron):
    played = subprocess.run(
        [bigiron, "play", "dmv", "--plain", "--task", "read-expiry", "--clock", "turn"],
        input=":quit\n:answer 04/02/89\n:quit\n", capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert played.stdout.count("No answer was given") == 1 and "Kept: 04/02/89" in played.stdout
    assert "`04/02/89`" in played.stdout.splitlines()[-1]


# A pty has no size if script(1) or expect were started without a window.
@pytest.mark.parametrize("dimensions", [(30, 100), (0, 0)])
def test_the_window_is_driven_by_pexpect(spawn, dimensions):
    child = spawn("play", "dmv", "--clock", "turn", dimensions=dimensions)
    # Phrases come in one piece, whatever was shown before.
    child.expect_exact("OPERATOR ID")
    child.send("CLK042IRON\r")
    child.expect_exact("LICENCE DESK - MAIN MENU")
    child.expect_exact("SIGNED ON AT OFFICE 0117")
    child.send("1\tD4471902\r")
    child.expect_exact("VANDERMEER")
    child.send("\x1b3")
    child.expect_exact("LICENCE DESK - MAIN MENU")
    child.send("\x11")
    child.expect_exact("Leave")
    child.send("y")
    assert ended(child) == 0


def test_a_window_that_cannot_be_addressed_gets_a_remedy(spawn):
    child = spawn("play", "dmv", TERM="dumb")
    child.expect_exact("--plain")
    assert ended(child) == 2


def test_script_keeps_a_typescript(bigiron, tmp_path):
    typescript = tmp_path / "typescript"
    command = f"{bigiron} play dmv --plain --clock turn"
    subprocess.run(
        ["script", "--quiet", "--return", "--command", command, str(typescript)],
        input="CLK042IRON<enter>\n:quit\n", capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "LICENCE DESK - MAIN MENU" in typescript.read_text()
