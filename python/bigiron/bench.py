"""How fast a batch of environments steps from Python on this machine: `python -m bigiron.bench`; `bigiron bench --python` runs it.

Keystrokes that ask the host for nothing, with the whole observation; the fastest round counts, for other work on the machine can only
make it longer.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from .vector import TerminalVectorEnv

TYPING = ["H", "A", "L", "V", "O", "R", "<tab>", "W", "R", "O", "N", "G", "<home>"]


def fastest(work: Callable[[], object], seconds: float) -> float:
    """The shortest that the work takes, over and over for so long, in seconds."""
    end, shortest = time.perf_counter() + seconds, float("inf")
    while time.perf_counter() < end:
        begin = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def steps(id: str, count: int, threads: int, copy: bool, seconds: float) -> float:
    """Steps a second of so many environments together."""
    envs = TerminalVectorEnv(id, count, "SameStep", threads=threads, copy=copy, warts="all", seeds="0-99")
    envs.reset(seed=[n % 100 for n in range(count)])
    actions = [np.full(count, envs.actions.index(key), np.int64) for key in TYPING]

    def round() -> None:
        for action in actions:
            envs.step(action)

    rate = count * len(actions) / fastest(round, seconds)
    envs.close()
    return rate


def figures(id: str, seconds: float) -> list[dict[str, object]]:
    """The figures, as `bigiron bench --json` has them."""
    found: list[dict[str, object]] = []
    for count in (64, 1024):
        for threads, copy, name in ((1, False, ""), (0, False, ", all threads"), (1, True, ", copied")):
            rate = steps(id, count, threads, copy, seconds)
            found.append({"name": f"Python, keystroke steps, {count}{name}", "value": rate, "unit": "a second"})
    return found


def main() -> None:
    """Prints them."""
    parser = argparse.ArgumentParser(prog="python -m bigiron.bench", description=main.__doc__)
    parser.add_argument("id", nargs="?", default="bigiron/dmv-renew-moved-v0")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each figure")
    parser.add_argument("--json", action="store_true", help="one JSON object for machines")
    arguments = parser.parse_args()
    found = figures(arguments.id, arguments.seconds)
    if arguments.json:
        print(json.dumps({"figures": found}))
        return
    for figure in found:
        rate = f"{figure['value']:,.0f}".replace(",", " ")
        print(f"{figure['name']:<52} {rate:>14} {figure['unit']}")


if __name__ == "__main__":
    main()
