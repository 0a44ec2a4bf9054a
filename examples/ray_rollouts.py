"""Rollout workers on a Ray cluster: the same seeds give the same episodes on every worker.

    pip install . 'ray[default]'
    python examples/ray_rollouts.py --workers 4 --episodes 32

Without an address Ray starts a cluster on this machine; for a running one give `--address auto`.
"""

from __future__ import annotations

import argparse

import ray


@ray.remote
class Worker:
    """Plays episodes with random actions, each from its own seed."""

    def __init__(self, task: str) -> None:
        import gymnasium

        import bigiron  # noqa: F401  registers the tasks

        self.env = gymnasium.make(f"bigiron/{task}-v0", actions="macros", action_mask=True, warts="all").unwrapped

    def play(self, seed: int, steps: int) -> tuple[int, int, float]:
        """Plays one episode; returns its seed, the state hash at its end, and its reward."""
        import numpy as np

        chance = np.random.default_rng(seed)
        observation, _ = self.env.reset(seed=seed)
        total = 0.0
        for _ in range(steps):
            action = chance.choice(np.flatnonzero(observation["action_mask"]))
            observation, reward, terminated, truncated, _ = self.env.step(action)
            total += reward
            if terminated or truncated:
                break
        return seed, self.env.state_hash(), total


def rollout(task: str, workers: int, episodes: int, steps: int) -> list[tuple[int, int, float]]:
    """Plays episodes 0 to `episodes` - 1 on so many workers; returns them in the order of their seeds."""
    crew = [Worker.remote(task) for _ in range(workers)]
    played = [crew[seed % workers].play.remote(seed, steps) for seed in range(episodes)]
    return sorted(ray.get(played))


def main() -> None:
    """Plays the same episodes on several workers and on one, and compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="dmv-renew")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--episodes", type=int, default=32)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--address", default=None, help="of a running cluster")
    arguments = parser.parse_args()
    ray.init(address=arguments.address, log_to_driver=False)
    many = rollout(arguments.task, arguments.workers, arguments.episodes, arguments.steps)
    one = rollout(arguments.task, 1, arguments.episodes, arguments.steps)
    for seed, state, reward in many[:5]:
        print(f"seed {seed}: state {state:016x}, reward {reward}")
    if many != one:
        raise SystemExit("the episodes differ")
    print(f"{len(many)} episodes on {arguments.workers} workers: the same as on one")


if __name__ == "__main__":
    main()
