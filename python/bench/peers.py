"""Steps a second of bigiron and of its peers, in one run on one machine.

    python python/bench/peers.py                # bigiron, CartPole twice, NLE, and MiniWoB++ where a chromedriver is
    python python/bench/peers.py --seconds 10 --only nle

Each peer runs in a process of its own, on one core, in a virtual environment of its own under target/peers, because they want
different versions of Gymnasium. A step is one action with its whole observation.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDS = {
    "bigiron, one": ["."],
    "bigiron, 64 together": ["."],
    "bigiron, 1024 together": ["."],
    "bigiron, 1024 together, every core": ["."],
    "CartPole, SyncVectorEnv of 64": ["gymnasium[classic-control]==1.4.0"],
    "CartPole, native vector of 1024": ["gymnasium[classic-control]==1.4.0"],
    "NLE, every observation": ["nle==1.3.0"],
    "MiniWoB++": ["miniwob==1.0"],
}
"""The peers, and what each is installed from."""


def rate(step: Callable[[], int], seconds: float) -> float:
    """How many steps a second a function makes that does some and says how many, the best of three."""
    best = 0.0
    for _ in range(3):
        count, begun = 0, time.perf_counter()
        while (spent := time.perf_counter() - begun) < seconds / 3:
            count += step()
        best = max(best, count / spent)
    return best


def batch(envs: object, count: int, actions: int) -> Callable[[], int]:
    """Random actions in a vector environment, drawn beforehand."""
    import numpy as np

    drawn = np.random.default_rng(0).integers(0, actions, (64, count))
    at = iter(range(1 << 62))

    def step() -> int:
        envs.step(drawn[next(at) % 64])  # type: ignore[attr-defined]
        return count

    return step


def single(env: object, actions: int) -> Callable[[], int]:
    """Random actions in one environment, which is reset when it is over."""
    import random

    chance = random.Random(0)
    env.reset(seed=0)  # type: ignore[attr-defined]

    def step() -> int:
        _, _, terminated, truncated, _ = env.step(chance.randrange(actions))  # type: ignore[attr-defined]
        if terminated or truncated:
            env.reset()  # type: ignore[attr-defined]
        return 1

    return step


def bigiron(count: int, threads: int = 1) -> Callable[[], int]:
    """Keys at the licence desk; the keys that end an episode are not among them."""
    import gymnasium

    import bigiron as gym

    if count == 1:
        env = gymnasium.make("bigiron/dmv-renew-v0", copy=False).unwrapped
        return single(env, env.actions.index("<done>"))
    envs = gym.make_vec("bigiron/dmv-renew-v0", count, threads=threads, copy=False)
    envs.reset(seed=0)
    return batch(envs, count, envs.actions.index("<done>"))


def cartpole(count: int, native: bool) -> Callable[[], int]:
    import gymnasium

    mode = "vector_entry_point" if native else "sync"
    envs = gymnasium.make_vec("CartPole-v1", num_envs=count, vectorization_mode=mode)
    envs.reset(seed=0)
    return batch(envs, count, 2)


def nethack() -> Callable[[], int]:
    import gymnasium
    import nle  # noqa: F401

    env = gymnasium.make("NetHackChallenge-v0").unwrapped
    return single(env, env.action_space.n)


def miniwob() -> Callable[[], int]:
    import gymnasium
    import miniwob as peer

    gymnasium.register_envs(peer)
    env = gymnasium.make("miniwob/click-test-2-v1")
    env.reset(seed=0)

    def step() -> int:
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        if terminated or truncated:
            env.reset()
        return 1

    return step


MAKERS: dict[str, Callable[[], Callable[[], int]]] = {
    "bigiron, one": lambda: bigiron(1),
    "bigiron, 64 together": lambda: bigiron(64),
    "bigiron, 1024 together": lambda: bigiron(1024),
    "bigiron, 1024 together, every core": lambda: bigiron(1024, threads=0),
    "CartPole, SyncVectorEnv of 64": lambda: cartpole(64, native=False),
    "CartPole, native vector of 1024": lambda: cartpole(1024, native=True),
    "NLE, every observation": nethack,
    "MiniWoB++": miniwob,
}


def measure(peer: str, seconds: float) -> float | str:
    """The peer's rate, or why there is none."""
    if peer == "MiniWoB++" and not shutil.which("chromedriver"):
        return "no chromedriver here"
    needs = NEEDS[peer]
    home = ROOT / "target" / "peers" / "".join(c if c.isalnum() else "-" for c in needs[0]).strip("-.")
    home = home if needs != ["."] else ROOT / "target" / "peers" / "bigiron"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs], cwd=ROOT, check=True)
    wants = [python, __file__, "--inside", peer, "--seconds", str(seconds)]
    if "every core" not in peer:
        wants = ["taskset", "-c", "0", *wants]
    run = subprocess.run(wants, capture_output=True, text=True, cwd="/", env=os.environ | {"OMP_NUM_THREADS": "1"})
    if run.returncode:
        return run.stderr.strip().splitlines()[-1] if run.stderr.strip() else f"ended with {run.returncode}"
    return float(json.loads(run.stdout.splitlines()[-1]))


def main() -> None:
    """Measures what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each is measured")
    parser.add_argument("--only", default="", metavar="PART", help="only peers whose name has this in it")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(rate(MAKERS[arguments.inside](), arguments.seconds)))
        return
    rates = {peer: measure(peer, arguments.seconds) for peer in NEEDS if arguments.only.lower() in peer.lower()}
    nle = rates.get("NLE, every observation")
    print(f"{'steps a second':38}{'':>12}{'against NLE':>14}")
    for peer, found in rates.items():
        if isinstance(found, str):
            print(f"{peer:38}{'-':>12}  {found}")
        else:
            ratio = f"{found / nle:.1f}" if isinstance(nle, float) else "-"
            print(f"{peer:38}{found:12,.0f}{ratio:>14}")


if __name__ == "__main__":
    sys.exit(main())
