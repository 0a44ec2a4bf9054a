"""A tree search that solves a warted task by forks alone: no learning, no playbook, no knowledge of the system.

    python examples/search.py                               # dmv-change-address with lost_address
    python examples/search.py claims-driver --warts status_kept --seed 8

The first save of the address is confirmed and lost; only the grade shows it. The search keeps an archive of cells: situations
with the same layout of fields and the same tokens and digits in them, each with a fork of the environment that reached it in the
fewest actions. In each round it takes the least visited cell of the least visited screen, forks it, and does a few random actions;
new situations go into the archive. The sequence of actions that solves the task is then shortened, and replayed from a reset.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np

import bigiron

ACTIONS = [
    *(f"<field {n}>" for n in range(6)),
    *(f"<token {n}>" for n in range(10)),
    *(str(n) for n in range(1, 10)),
    "<enter>",
    *(f"<pf{n}>" for n in range(1, 13)),
]
"""The actions to try: fields, tokens of the goal, the digits of a menu, AID keys."""

WALK = 6
"""How many actions to do from a cell before the next one is chosen."""

PROTECTED, ATTRIBUTE, NONDISPLAY = 0x20, 0x80, 0x0C


@dataclass
class Cell:
    """A situation, the actions that lead to it, and how often the search has continued from it."""

    env: bigiron.TerminalEnv
    line: list[str]
    visits: int = 0


def sign(env: bigiron.TerminalEnv, seen: dict[str, np.ndarray]) -> tuple[int, int]:
    """The identity of a situation: the hash of the field layout alone, and that of the layout with the tokens in the input fields,
    the digit in the first of them, and whether the hidden ones are filled."""
    fields = seen["fields"]
    free = (fields & (PROTECTED | ATTRIBUTE)) == 0
    secret = free & (fields & NONDISPLAY == NONDISPLAY) & (seen["modified"] != 0)
    typed = np.where(free, seen["characters"], 0)
    typed[secret] = ord("*")
    tokens = {token.encode("latin-1") for token in env.tokens}
    standing = []
    for place, match in enumerate(re.finditer(rb"[^\0]+", typed.tobytes())):
        value = match.group().strip()
        if value in tokens or (place == 0 and value.isdigit() and len(value) == 1) or (value and not value.strip(b"*")):
            standing.append((place, value))
    screen = hash(fields.tobytes())
    return screen, hash((screen, *standing))


class Search:
    """The archive, by screens, and the count of forks and steps."""

    def __init__(self, env: bigiron.TerminalEnv, chance: random.Random) -> None:
        self.chance = chance
        self.forks = self.steps = 0
        self.screens: dict[int, dict[int, Cell]] = {}
        self.visits: Counter[int] = Counter()
        self._keep((0, 0), env, [])

    def _keep(self, key: tuple[int, int], env: bigiron.TerminalEnv, line: list[str]) -> None:
        cells = self.screens.setdefault(key[0], {})
        cell = cells.get(key[1])
        if cell is None:
            cells[key[1]] = Cell(env.fork(), line)
        elif len(line) < len(cell.line):
            cell.env, cell.line = env.fork(), line
        else:
            return
        self.forks += 1

    def _choose(self) -> Cell:
        """The least visited cell of the least visited screen."""
        screen = min(self.screens, key=lambda screen: self.visits[screen])
        cell = min(self.screens[screen].values(), key=lambda cell: cell.visits)
        self.visits[screen] += 1
        cell.visits += 1
        return cell

    def _walk(self, cell: Cell) -> list[str] | None:
        """Does a few random actions from a cell; returns all actions from the start if they solve the task."""
        env, line = cell.env.fork(), cell.line
        self.forks += 1
        mask = env.action_masks()
        for _ in range(WALK):
            action = self.chance.choice(np.flatnonzero(mask).tolist())
            seen, reward, terminated, truncated, _ = env.step(action)
            self.steps += 1
            line = [*line, ACTIONS[action]]
            if reward >= 1:
                return line
            if terminated or truncated:
                return None
            mask = seen["action_mask"]
            self._keep(sign(env, seen), env, line)
        return None

    def run(self, most: int) -> list[str] | None:
        """A sequence of actions that solves the task, or None after so many forks."""
        while self.forks < most:
            if (line := self._walk(self._choose())) is not None:
                return line
        return None


def solves(start: bigiron.TerminalEnv, line: list[str]) -> bool:
    """Whether the actions solve the task from the start."""
    env = start.fork()
    for name in line:
        _, reward, terminated, truncated, _ = env.step(ACTIONS.index(name))
        if terminated or truncated:
            return reward >= 1
    return False


def shorten(start: bigiron.TerminalEnv, line: list[str]) -> list[str]:
    """The sequence without superfluous actions: first runs of actions are left out, then single ones."""
    for size in (16, 8, 4, 2, 1, 1):
        for at in range(len(line) - size, -1, -1):
            shorter = line[:at] + line[at + size :]
            if solves(start, shorter):
                line = shorter
    return line


def main() -> None:
    """Runs the search of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", nargs="?", default="dmv-change-address")
    parser.add_argument("--warts", default="lost_address")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--most", type=int, default=3_000_000, metavar="FORKS")
    arguments = parser.parse_args()

    def make(**options: object) -> bigiron.TerminalEnv:
        env = bigiron.TerminalEnv(
            f"bigiron/{arguments.task}-v0", action_mask=True, copy=False, warts=arguments.warts, **options
        )
        env.reset(seed=arguments.seed)
        return env

    env = make(actions=ACTIONS, stop_when_solved=True)
    print(env.goal)
    search = Search(env, random.Random(0))
    begun = time.process_time()
    line = search.run(arguments.most)
    seconds = time.process_time() - begun
    print(f"{search.steps} steps and {search.forks} forks in {seconds:.1f} s, {search.forks / seconds:.0f} forks a second, ", end="")
    print(f"{sum(map(len, search.screens.values()))} cells on {len(search.screens)} screens")
    if line is None:
        raise SystemExit("not solved")
    shorter = shorten(env, line)
    print(f"{len(line)} actions, {len(shorter)} of them needed: {''.join(shorter)}")
    again = make(actions=[*ACTIONS, "<done>"])
    for name in [*shorter, "<done>"]:
        _, reward, *_, info = again.step(again.actions.index(name))
    print(f"done again from a reset: {info['outcome']}")
    if reward < 1:
        raise SystemExit(again.grade())


if __name__ == "__main__":
    main()
