"""Ray RLlib on a task as it is: its own PPO, its own connector for observations that are dictionaries.

    pip install . 'ray[rllib]' torch
    python examples/rllib_ppo.py --iterations 1
"""

from __future__ import annotations

import argparse
from typing import Any

import gymnasium
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import FlattenObservations
from ray.tune.registry import register_env


def make(options: dict[str, Any]) -> gymnasium.Env[Any, Any]:
    """Makes an environment, in any process of Ray."""
    import bigiron  # noqa: F401  registers the tasks

    return gymnasium.make(options["id"], actions="macros")


def main() -> None:
    """Trains for some iterations and prints the steps and episodes of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", default="dmv-read-expiry")
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that play; 0: this one")
    arguments = parser.parse_args()
    register_env("bigiron", make)
    config = (
        PPOConfig()
        .environment("bigiron", env_config={"id": f"bigiron/{arguments.task}-v0"})
        .env_runners(
            num_env_runners=arguments.workers,
            num_envs_per_env_runner=4,
            env_to_module_connector=lambda *_: FlattenObservations(),
        )
        .training(train_batch_size_per_learner=1024, minibatch_size=256, num_epochs=2)
    )
    algorithm = config.build_algo()
    for number in range(arguments.iterations):
        played = algorithm.train()["env_runners"]
        print(f"iteration {number}: {played['num_env_steps_sampled']:.0f} steps, {played['num_episodes']:.0f} episodes")
    algorithm.stop()


if __name__ == "__main__":
    main()
