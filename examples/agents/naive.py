"""A script that changes an address at the licence desk as the manual says, and believes what the screen says.

    bigiron eval dmv/change-address --agent 'python3 examples/agents/naive.py'

It solves the task where nothing goes wrong, and none where the desk loses what it confirmed.
"""

import re

from door import Door

GOAL = re.compile(
    r"as (?P<operator>\w+), password (?P<password>\w+)\. The holder of licence (?P<licence>\w+) "
    r"has moved to (?P<street>[^,]+), (?P<city>[^,]+), ZIP (?P<zip>\d+)"
)


def main():
    door = Door()
    told = GOAL.search(door.goal)
    if not told:
        raise SystemExit("this script knows how to change an address, and nothing else")
    door.type("OPERATOR ID", told["operator"])
    door.type("PASSWORD", told["password"])
    door.say(keys="<enter>")
    door.type("COMMAND", "ADR")
    door.type("LICENCE NO", told["licence"])
    door.say(keys="<enter>")
    for label in ("STREET", "CITY", "ZIP"):
        door.type(label, told[label.lower()])
    door.say(keys="<pf5>")
    # DMV045I ADDRESS SAVED: what more could one want?
    door.say(submit=True)


if __name__ == "__main__":
    main()
