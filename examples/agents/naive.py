"""A script that changes an address at the licence desk as the manual says, and believes what the screen says.

    bigiron eval dmv/change-address --agent 'python3 examples/agents/naive.py'

It solves the task on the clean twin, and never where the desk loses a change that it has confirmed.
"""

import re

from door import Door

GOAL = re.compile(
    r"as (?P<operator>\w+), password (?P<password>\w+)\. The holder of licence (?P<licence>\w+) "
    r"has moved to (?P<street>[^,]+), (?P<city>[^,]+), ZIP (?P<zip>\d+)"
)


def main():
    door = Door()
    goal = GOAL.search(door.goal)
    if not goal:
        raise SystemExit("this script knows how to change an address, and nothing else")
    door.type("OPERATOR ID", goal["operator"])
    door.type("PASSWORD", goal["password"])
    door.say(keys="<enter>")
    door.type("COMMAND", "ADR")
    door.type("LICENCE NO", goal["licence"])
    door.say(keys="<enter>")
    for label in ("STREET", "CITY", "ZIP"):
        door.type(label, goal[label.lower()])
    door.say(keys="<pf5>")
    # The screen says DMV045I ADDRESS SAVED, and this script believes it.
    door.say(submit=True)


if __name__ == "__main__":
    main()
