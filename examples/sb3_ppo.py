"""Stable-Baselines3 on a task as it is: no wrapper, no adapter.

    pip install . stable-baselines3
    python examples/sb3_ppo.py --steps 20000
"""

from __future__ import annotations

import argparse

import gymnasium
from stable_baselines3 import PPO

import bigiron  # noqa: F401  registers the tasks


def main() -> None:
    """Trains for so many steps; Stable-Baselines3 prints the mean reward meanwhile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="dmv-read-expiry")
    parser.add_argument("--steps", type=int, default=20_000)
    arguments = parser.parse_args()
    env = gymnasium.make(f"bigiron/{arguments.task}-v0", actions="macros")
    model = PPO("MultiInputPolicy", env, n_steps=256, verbose=1, seed=0)
    model.learn(arguments.steps)
    print("learned for", model.num_timesteps, "steps")


if __name__ == "__main__":
    main()
