"""A script at a terminal: it looks up when a licence expires, reading the bytes of an ANSI screen and typing keys.

    bigiron eval dmv/read-expiry --via pty --agent 'python3 examples/agents/terminal.py'

Its standard input and output are the terminal, so its own messages go to standard error.
"""

import os
import re

SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
GOAL = re.compile(r"as (?P<operator>\w+), password (?P<password>\w+)\. On what date does licence (?P<licence>\w+) expire")


class Terminal:
    """Reads the text painted since the last key, and types keys."""

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
        """Types keys, and discards the text painted before."""
        self.text = ""
        os.write(1, keys.encode())


def main():
    goal = GOAL.search(os.environ["BIGIRON_GOAL"])
    if not goal:
        raise SystemExit("this script knows how to look up a licence, and nothing else")
    terminal = Terminal()
    terminal.until("Press Enter to begin")
    terminal.type("\r")
    terminal.until(r"OPERATOR\s+ID")
    terminal.type(goal["operator"] + goal["password"] + "\r")
    terminal.until(r"MAIN\s+MENU")
    terminal.type("1\t" + goal["licence"] + "\r")
    expires = terminal.until(r"EXPIRES[\s.]+(\d\d/\d\d/\d\d)")[1]
    terminal.type("\x1be" + expires + "\r")
    terminal.until(r"answer\s+" + expires)
    terminal.type("\x11")


if __name__ == "__main__":
    main()
