"""A language model at the terminal: it gets the goal and the screen, and answers with keys.

    bigiron eval --system dmv --agent 'python3 examples/agents/llm.py --model "my-model --max-tokens 500"'

The model is any command that reads a prompt on standard input and writes its completion to standard output: a local model, or a
few lines around the client of a provider. It is called once for each turn. The last JSON object of its output is the request.
"""

import argparse
import json
import subprocess
import sys

from door import Door

MANUAL = """\
You are at a 3270 terminal of an old business system. You see its screen and press keys. What the screen says need not be what
happened: screens come back blank, confirmations are shown for work that was lost, answers come late. Find out by inquiry.

Answer with one JSON object and nothing after it, one of:
  {"keys": "SMITH<tab>JOHN<enter>"}   text to type, with keys in angle brackets: <enter>, <tab>, <pf1> to <pf24>, <clear>, <home>,
                                      <eraseeof>, <reset>, <cursor 85> (row and column as (row-1)*80 + column-1); << is a <
  {"wait": 5000}                      milliseconds of the host's time to let pass
  {"submit": "ANSWER"}                the work is done, with the answer the goal asks for
  {"submit": true}                    the work is done, and the goal asks for no answer
With terminals at several systems add "at": "SYSTEM" to turn to one of them.
"""


def prompt(door, history, at):
    """The prompt of one turn."""
    past = "\n".join(history[-30:]) or "(nothing yet)"
    screen = "\n".join(row.rstrip() for row in door.rows)
    fields = ", ".join(f"row {f['row']} column {f['column']} length {f['length']}" for f in door.screen["fields"])
    systems = f"\nTerminals: {', '.join(door.systems)}; this is the screen of {at}." if door.systems else ""
    return (
        f"{MANUAL}\nGoal: {door.goal}\nLeft: {json.dumps(door.budget)}{systems}\n\nWhat you did so far:\n{past}\n\n"
        f"Screen:\n{screen}\n\nInput fields: {fields or 'none'}\nKeyboard: {json.dumps(door.screen['keyboard'])}\n\nYour answer: "
    )


def last_object(text):
    """The last JSON object in a text, or None."""
    decoder = json.JSONDecoder()
    found = None
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text[at:])
            found = value if isinstance(value, dict) else found
            at = text.find("{", at + end)
        except ValueError:
            at = text.find("{", at + 1)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a command: the prompt on its input, the completion on its output")
    parser.add_argument("--turns", type=int, default=80, help="the most turns in one run (80)")
    parser.add_argument("--patience", type=float, default=120, help="seconds that one call may take (120)")
    options = parser.parse_args()
    door = Door()
    history = []
    at = door.systems[0] if door.systems else ""
    for _ in range(options.turns):
        call = subprocess.run(
            options.model, shell=True, input=prompt(door, history, at), capture_output=True, text=True, timeout=options.patience
        )
        if call.returncode != 0:
            sys.exit(f"the model's command ended with {call.returncode}: {call.stderr.strip()[-200:]}")
        action = last_object(call.stdout)
        if not action:
            history.append("(what you wrote held no JSON object)")
            continue
        answer = door.say(**action)
        at = answer.get("at", at)
        history.append(json.dumps(action) + (f"  refused: {json.dumps(door.refused)}" if door.refused else ""))
        if door.ended:
            return
    sys.exit(f"not done after {options.turns} turns")


if __name__ == "__main__":
    main()
