"""The table of hashes: what every registered environment comes to, here as in Rust, in every process, on any number of threads."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import bigiron

TABLE = Path(__file__).parents[2] / "tests/it/gym/snapshots/it__gym__table__hashes.snap"
OFTEN = ["<enter>", "<tab>", "<pf3>", "<pf5>", "<pf8>", "<token 0>", "<token 1>", "<reset>"]
SETTINGS = {"actions": "all", "warts": "all", "milestones": 1}
WORD = (1 << 64) - 1


def chance(seed):
    """Numbers by chance as the Rust tests draw them: xorshift on 64 bits, without the lowest 33."""
    state = seed * 0x9E3779B97F4A7C15 & WORD | 1
    while True:
        state ^= state << 13 & WORD
        state ^= state >> 7
        state ^= state << 17 & WORD
        yield state >> 33


def attempts(actions, seed):
    """Actions that an agent might try, without end: half of them of those that are tried often, none that ends the episode."""
    often = [actions.index(name) for name in OFTEN]
    draws = chance(seed)
    while True:
        action = next(draws) % len(actions) if next(draws) % 2 else often[next(draws) % len(often)]
        ends = actions[action] == "<done>" or actions[action].startswith("<report")
        yield often[0] if ends else action


def fold(id, seed):
    """What 200 attempts come to: each state hash and reward, folded into one number."""
    env = gymnasium.make(id, **SETTINGS).unwrapped
    env.reset(seed=seed)
    folded, running = 0, True
    for action in itertools.islice(attempts(env.actions, seed), 200):
        reward = 0.0
        if running:
            _, reward, terminated, truncated, _ = env.step(action)
            running = not (terminated or truncated)
        else:
            env.reset()
            running = True
        folded = (folded * 31 + env.state_hash() + round(reward * 1000)) & WORD
    return folded


def together(id, seed, threads):
    """The state hashes of 33 environments after 60 steps."""
    envs = bigiron.make_vec(id, 33, threads=threads, **SETTINGS)
    envs.reset(seed=seed)
    rows = zip(*(attempts(envs.actions, seed + n) for n in range(33)), strict=True)
    for actions in itertools.islice(rows, 60):
        envs.step(np.array(actions))
    return envs.state_hashes()


def table():
    """The fold of each id, from the Rust tests' snapshot."""
    lines = TABLE.read_text().split("---\n")[2].splitlines()
    return {id: int(folded, 16) for id, folded, _ in map(str.split, lines)}


def test_the_table_has_every_id():
    assert list(table()) == [task["id"] for task in bigiron.tasks()]


@pytest.mark.parametrize("id", table())
def test_python_comes_to_what_the_table_says(id):
    assert fold(id, 7) == table()[id]


ELSEWHERE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_table import fold, together
print(json.dumps([fold(sys.argv[2], 5), together(sys.argv[2], 5, int(sys.argv[3]))]))
"""


@pytest.mark.parametrize("id", ["bigiron/dmv-renew-v0", "bigiron/airline-whole-trip-v0"])
def test_another_process_with_other_threads_comes_to_the_same(id):
    def elsewhere(threads, salt):
        call = [sys.executable, "-c", ELSEWHERE, str(Path(__file__).parent), id, str(threads)]
        run = subprocess.run(call, env=os.environ | {"PYTHONHASHSEED": salt}, capture_output=True, text=True, check=True)
        return json.loads(run.stdout)

    here = [fold(id, 5), together(id, 5, 1)]
    assert elsewhere(1, "1") == here
    assert elsewhere(4, "2") == here
