"""A client of bigiron's JSON door on standard input and output. It needs Python's standard library alone."""

import json
import sys


class Door:
    """A conversation with bigiron: one JSON object a line each way."""

    def __init__(self):
        greeting = self._hear()
        self.goal = greeting.get("goal", "")
        self.systems = greeting.get("systems", [])
        self.budget = greeting.get("budget")
        self.screen = greeting["screen"]
        self.refused = None
        self.ended = None

    def say(self, **members):
        """Sends one request (keys, wait, submit, at) and returns the answer."""
        print(json.dumps(members), flush=True)
        answer = self._hear()
        self.screen = answer.get("screen", self.screen)
        self.budget = answer.get("budget", self.budget)
        self.refused = answer.get("refused") or answer.get("error")
        self.ended = answer.get("ended")
        return answer

    def _hear(self):
        line = sys.stdin.readline()
        if not line:
            sys.exit("the door was closed")
        return json.loads(line)

    @property
    def rows(self):
        """The screen as lines of text."""
        return self.screen["rows"]

    def has(self, text):
        """Whether a row of the screen contains the text."""
        return any(text in row for row in self.rows)

    def type(self, label, text):
        """Replaces the content of the first input field right of a label."""
        for number, row in enumerate(self.rows, 1):
            column = row.find(label)
            if column < 0:
                continue
            for field in self.screen["fields"]:
                if field["row"] == number and field["column"] > column:
                    address = (number - 1) * self.screen["size"]["columns"] + field["column"] - 1
                    return self.say(keys=f"<cursor {address}><eraseeof>{text}")
        raise LookupError(f"no input field is labelled {label}")
