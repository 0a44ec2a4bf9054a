"""A script at a terminal: it looks up when a licence expires, reading the bytes of an ANSI screen and typing keys.

    bigiron eval dmv/read-expiry --via pty --agent 'python3 examples/agents/terminal.py'

Its standard input and output are the terminal, so whatever else it has to say goes to standard error.
"""

import os
import re

SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
GOAL = re.compile(r"as (?P<operator>\w+), password (?P<password>\w+)\. On what date does licence (?P<licence>\w+) expire")


class Terminal:
    """What has been painted since the last key, and keys."""

    def __init__(self):
        self.text = ""

    def until(self, pattern):
        """Reads until the pattern is painted; escape sequences are blanks."""
        while True:
            found = re.search(pattern, SEQUENCE.sub(" ", self.text))
            if found:
                return found
            painted = os.read(0, 65536)
            if not painted:
                raise SystemExit(f"the terminal is gone; {pattern} never came")
            self.text += painted.decode("utf-8", "replace")

    def type(self, keys):
        """Types; what was painted before is forgotten."""
        self.text = ""
        os.write(1, keys.encode())


def main():
    told = GOAL.search(os.environ["BIGIRON_GOAL"])
    if not told:
        raise SystemExit("this script knows how to look up a licence, and nothing else")
    terminal = Terminal()
    terminal.until("Press Enter to begin")
    terminal.type("\r")
    terminal.until(r"OPERATOR\s+ID")
    terminal.type(told["operator"] + told["password"] + "\r")
    terminal.until(r"MAIN\s+MENU")
    terminal.type("1\t" + told["licence"] + "\r")
    expires = terminal.until(r"EXPIRES[\s.]+(\d\d/\d\d/\d\d)")[1]
    terminal.type("\x1be" + expires + "\r")
    terminal.until(r"answer\s+" + expires)
    terminal.type("\x11")


if __name__ == "__main__":
    main()
