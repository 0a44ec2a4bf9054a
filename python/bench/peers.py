"""Steps a second of bigiron and of its peers, in one run on one machine.

    pip install . 'gymnasium[classic-control]'
    python python/bench/peers.py                # bigiron, CartPole both vectorised ways, NLE, MiniWoB++ where a browser is
    python python/bench/peers.py --seconds 15 --only nle

Each is measured in a process of its own on one core, unless its name says otherwise: the median of three. NLE and MiniWoB++ get
an environment each under target/peers, for they want other versions of Gymnasium; as root, Chromium wants
CHROMIUM_FLAGS=--no-sandbox. A step is one random action of each environment (in the browser a click; where `typing` is said, keys
that ask the host for nothing) with its whole observation; an episode that is over is followed by the next.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2] / "target" / "peers"
TASK = "bigiron/dmv-renew-v0"

READY = "0-999"
"""Seeds whose worlds are all kept ready once each was played, as a training would have them."""

Step = Callable[[], int]
"""Does some steps, and says how many."""


@dataclass
class Peer:
    """Something that is measured: what makes its steps, what it is installed from, and whether it has every core."""

    make: Callable[[], Step]
    needs: tuple[str, ...] = ()
    cores: bool = False


def together(envs: Any, count: int, actions: int) -> Step:
    """Actions by chance, drawn beforehand, in environments that step together."""
    import numpy as np

    return repeated(envs, list(np.random.default_rng(0).integers(0, actions, (64, count))))


def repeated(envs: Any, rows: list[Any]) -> Step:
    """Rows of actions, again and again, in environments that step together."""
    envs.reset(seed=0)
    at = 0

    def step() -> int:
        nonlocal at
        row = rows[at % len(rows)]
        envs.step(row)
        at += 1
        return len(row)

    return step


def alone(env: Any, actions: int) -> Step:
    """Actions by chance in one environment, which is reset when it is over."""
    chance = random.Random(0)
    drawn = [chance.randrange(actions) for _ in range(4096)]
    env.reset(seed=0)
    at = 0

    def step() -> int:
        nonlocal at
        _, _, terminated, truncated, _ = env.step(drawn[at % 4096])
        at += 1
        if terminated or truncated:
            env.reset()
        return 1

    return step


def bigiron(count: int, threads: int = 1) -> Step:
    """Keys at the licence desk: the vocabulary without its end, `<wait>`, the answer line, `<done>` and the terminals."""
    import bigiron as gym

    if count == 1:
        env = gym.TerminalEnv(TASK, copy=False, seeds=READY)
        return alone(env, env.actions.index("<wait>"))
    envs = gym.make_vec(TASK, count, threads=threads, copy=False, seeds=READY)
    return together(envs, count, envs.actions.index("<wait>"))


def typing(count: int) -> Step:
    """What `bigiron bench` types at the licence desk."""
    import bigiron as gym
    import numpy as np
    from bigiron.bench import TYPING

    envs = gym.make_vec(TASK, count, copy=False, seeds=READY)
    return repeated(envs, [np.full(count, envs.actions.index(key)) for key in TYPING])


def cartpole(count: int, mode: str) -> Step:
    import gymnasium

    return together(gymnasium.make_vec("CartPole-v1", num_envs=count, vectorization_mode=mode), count, 2)


def nethack(*keys: str) -> Step:
    """NetHack with these observations, or with all."""
    import gymnasium
    import nle  # noqa: F401  registers it

    chosen = {"observation_keys": keys} if keys else {}
    env = gymnasium.make("NetHackChallenge-v0", **chosen).unwrapped
    return alone(env, int(env.action_space.n))


def browser() -> Step:
    """A click into the middle of a page in a browser without a window."""
    import gymnasium
    import miniwob
    from miniwob.action import ActionTypes

    gymnasium.register_envs(miniwob)
    env = gymnasium.make("miniwob/click-test-2-v1")
    env.reset(seed=0)
    click = env.unwrapped.create_action(ActionTypes.CLICK_COORDS, coords=[80, 100])

    def step() -> int:
        _, _, terminated, truncated, _ = env.step(click)
        if terminated or truncated:
            env.reset()
        return 1

    return step


NLE, MINIWOB = ("nle==1.3.0",), ("miniwob==1.0",)
PEERS = {
    "bigiron, 1": Peer(lambda: bigiron(1)),
    "bigiron, 64 together": Peer(lambda: bigiron(64)),
    "bigiron, 256 together, typing": Peer(lambda: typing(256)),
    "bigiron, 1024 together, typing": Peer(lambda: typing(1024)),
    "bigiron, 1024 together": Peer(lambda: bigiron(1024)),
    "bigiron, 1024 together, every core": Peer(lambda: bigiron(1024, threads=0), cores=True),
    "CartPole, 64 in SyncVectorEnv": Peer(lambda: cartpole(64, "sync")),
    "CartPole, 1024 in its own VectorEnv": Peer(lambda: cartpole(1024, "vector_entry_point")),
    "NLE, every observation": Peer(nethack, NLE),
    "NLE, the terminal alone": Peer(lambda: nethack("tty_chars", "tty_colors", "tty_cursor"), NLE),
    "MiniWoB++": Peer(browser, MINIWOB),
}


def rate(step: Step, seconds: float) -> float:
    """How many steps a second: the median of three."""

    def once() -> float:
        made, begun = 0, time.perf_counter()
        while (spent := time.perf_counter() - begun) < seconds / 3:
            made += step()
        return made / spent

    step()
    return statistics.median(once() for _ in range(3))


def interpreter(needs: tuple[str, ...]) -> str:
    """The Python that has what a peer needs."""
    if not needs:
        return sys.executable
    home = HOME / needs[0].partition("=")[0]
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs], check=True)
    return str(python)


def measure(name: str, seconds: float) -> float | str:
    """A peer's rate, or why there is none."""
    peer = PEERS[name]
    if name == "MiniWoB++" and not shutil.which("chromedriver"):
        return "there is no browser here (chromedriver)"
    try:
        call = [interpreter(peer.needs), str(Path(__file__).resolve()), "--inside", name, "--seconds", str(seconds)]
    except subprocess.CalledProcessError as error:
        return f"pip could not install it (exit {error.returncode})"
    if not peer.cores and shutil.which("taskset"):
        call = ["taskset", "-c", "0", *call]
    run = subprocess.run(call, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    if run.returncode:
        lines = [line for line in run.stderr.splitlines() if line.strip() and not line.startswith("#")]
        return (lines or [f"ended with {run.returncode}"])[-1]
    return float(json.loads(run.stdout.splitlines()[-1]))


def main() -> int:
    """Measures what the command line says; 1 if something that is there could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=9.0, help="how long each is measured")
    parser.add_argument("--only", default="", metavar="PART", help="only those whose name has this in it")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(rate(PEERS[arguments.inside].make(), arguments.seconds)))
        return 0
    names = [name for name in PEERS if arguments.only.lower() in name.lower()]
    rates = {name: measure(name, arguments.seconds) for name in names}
    beside = [name for name in ("NLE, every observation", "CartPole, 64 in SyncVectorEnv") if isinstance(rates.get(name), float)]
    print(f"{'steps a second':38}{'':>12}" + "".join(f"{'/ ' + name.partition(',')[0]:>12}" for name in beside))
    for name, found in rates.items():
        if isinstance(found, str):
            print(f"{name:38}{'-':>12}  {found}")
        else:
            print(f"{name:38}{found:12,.0f}" + "".join(f"{found / float(rates[peer]):12.2f}" for peer in beside))
    return int(any(isinstance(found, str) for name, found in rates.items() if name != "MiniWoB++"))


if __name__ == "__main__":
    sys.exit(main())
