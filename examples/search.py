"""A tree search that solves a warted task by forks alone: no learning, no playbook, no knowledge of the system.

    python examples/search.py                               # dmv-change-address with lost_address, seed 3
    python examples/search.py dmv-publish --warts none --seed 8

Breadth first over macro actions. Every state is a fork of the one before; a state that looks like one seen before, with as
many submissions behind it, is not looked into again. Whether a state solves the task is found out in a fork of its own that
says it is done.
"""

from __future__ import annotations

import argparse
import time
from collections import deque

import bigiron

ACTIONS = [
    *(f"<field {n}>" for n in range(6)),
    *(f"<token {n}>" for n in range(8)),
    *(f"{n}<enter>" for n in range(1, 10)),
    "<enter>",
    "<pf3>",
    "<pf5>",
    "<pf9>",
    "<done>",
]
"""What is tried in each state: a menu's digit goes with its ENTER."""

SUBMITS = ("<pf5>", "<pf9>")
"""Keys that write records. How often each was pressed, up to twice, tells states apart that look alike: the screen does not
say whether a submission was done."""

State = tuple[bigiron.TerminalEnv, list[str], tuple[int, ...]]


def search(env: bigiron.TerminalEnv, most: int) -> tuple[list[str] | None, int]:
    """The shortest line of actions that solves the episode that `env` stands in, and how many forks it took."""
    done = ACTIONS.index("<done>")
    frontier: deque[State] = deque([(env, [], (0,) * len(SUBMITS))])
    seen: set[tuple[object, ...]] = set()
    forks = 0
    while frontier and forks < most:
        state, line, submits = frontier.popleft()
        mask = state.action_masks()
        for number, name in enumerate(ACTIONS):
            if number == done or not mask[number]:
                continue
            child = state.fork()
            forks += 1
            observation, reward, terminated, truncated, _ = child.step(number)
            if terminated or truncated:
                continue
            count = tuple(min(2, n + (name == key)) for n, key in zip(submits, SUBMITS, strict=True))
            look = (observation["characters"].tobytes(), observation["modified"].tobytes(), observation["status"][:3].tobytes(), count)
            if look in seen:
                continue
            seen.add(look)
            if count != submits:
                end = child.fork()
                forks += 1
                if end.step(done)[1] >= 1:
                    return [*line, name, "<done>"], forks
            frontier.append((child, [*line, name], count))
    return None, forks


def main() -> None:
    """Searches what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", nargs="?", default="dmv-change-address")
    parser.add_argument("--warts", default="lost_address")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--most", type=int, default=3_000_000, metavar="FORKS")
    arguments = parser.parse_args()
    env = bigiron.TerminalEnv(
        f"bigiron/{arguments.task}-v0", actions=ACTIONS, action_mask=True, warts=arguments.warts, copy=False
    )
    env.reset(seed=arguments.seed)
    print(env.goal)
    begun = time.process_time()
    line, forks = search(env, arguments.most)
    seconds = time.process_time() - begun
    print(f"{forks} forks, {forks / seconds:.0f} a second")
    if line is None:
        raise SystemExit("not solved")
    for name in line:
        *_, info = env.step(ACTIONS.index(name))
        print(f"  {name}")
    print(info["outcome"])


if __name__ == "__main__":
    main()
