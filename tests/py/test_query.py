"""`Query()` beside the reference: every keyword that it knows, without a host and on one host, plain and with TLS."""

import shutil
import subprocess

import pytest

# Answers that identify the program, and so cannot be the same.
OWN = {"About", "BuildOptions", "Copyright", "TlsProvider", "Version"}
# Answers that differ, and why.
DIFFERENT = {
    "CodePages": "fewer, and those of the euro and of two bytes a character not at all",
    "ConnectTime": "is read at different times",
    "LuName": "each client has its own",
    "Prefixes": "no passthru (P)",
    "Proxies": "there are none",
    "StatsRx": "one function of TN3270E more is agreed on",
    "StatsTx": "one function of TN3270E more is agreed on",
    "Tasks": "there is one task",
    "Tn3270eOptions": "CONTENTION-RESOLUTION too",
}
# Older names of others, which Query() does not list.
OLDER = ["Cursor", "Model", "ScreenCurSize", "ScreenMaxSize"]


class Program:
    """An s3270 that answers line by line."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([*program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace")

    def ask(self, line):
        """Its answer, and `ok` or `error`."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = []
        for answer in self.process.stdout:
            if answer in ("ok\n", "error\n"):
                return said[:-1], answer.strip()
            said.append(answer.rstrip("\n").removeprefix("data: "))
        raise AssertionError(f"it ended at {line}: {said}")

    def close(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def programs(bigiron):
    """Starts the reference and ours with the same arguments."""
    reference = shutil.which("s3270")
    assert reference, "s3270 is missing: tests/run installs it"
    running = []

    def start(*arguments):
        pair = [Program([program, *rest], *arguments) for program, *rest in ([reference], [bigiron, "s3270"])]
        running.extend(pair)
        return pair

    yield start
    for program in running:
        program.close()


@pytest.mark.parametrize(
    "server, prefix",
    [(None, ""), ((), ""), ((), "N:"), (("--tls",), ""), (("--tls",), "N:"), (("L:",), "L:")],
    ids=["no-host", "tn3270e", "tn3270", "starttls", "starttls-tn3270", "tls"],
)
def test_every_keyword_answers_as_the_reference_does(serve, programs, server, prefix):
    arguments = []
    if server is not None:
        secure = "L:" if "L:" in server else ""
        options = [option for option in server if option != "L:"]
        address = serve("dmv", "--tn3270", f"{secure}127.0.0.1:0", "--clock", "turn", *options)["tn3270"]
        arguments = ["-noverifycert", prefix + address.removeprefix("L:")]
    reference, ours = programs(*arguments)
    if arguments:
        for line in ("Wait(10,InputField)", 'String("CLK042IRON")', "Enter()"):
            assert reference.ask(line) == ours.ask(line)
    answer, _ = reference.ask("Query()")
    names = [line.split(":")[0] for line in answer]
    listed = [line.split(":")[0] for line in ours.ask("Query()")[0]]
    assert [name for name in listed if name in names] == names
    wrong = {}
    for name in names + OLDER:
        theirs, answer = (program.ask(f"Query({name})") for program in (reference, ours))
        if name in OWN:
            right = answer[1] == "ok" and answer[0] != [""]
        elif name in DIFFERENT:
            right = answer[1] == "ok" and (name == "Proxies" or (theirs[0] == [""]) == (answer[0] == [""]))
        else:
            right = theirs == answer
        if not right:
            wrong[name] = (theirs, answer)
    assert not wrong


def test_code_pages_are_listed_as_by_the_reference(programs):
    reference, ours = ({line.split()[0]: line for line in program.ask("Query(CodePages)")[0]} for program in programs())
    both = reference.keys() & ours.keys()
    assert len(both) == len(ours.keys() - {"cp924"})
    assert {name: reference[name] for name in both} == {name: ours[name] for name in both}


@pytest.mark.parametrize("line", ["Query(foo)", "Query(Screen)", "Query(conn)", "Query(a,b)", "Show(foo)", "Show(Stats)", "Show(host)", "Show(a,b)"])
def test_what_is_wrong_is_said_as_the_reference_says_it(programs, line):
    reference, ours = programs()
    assert reference.ask(line) == ours.ask(line)
