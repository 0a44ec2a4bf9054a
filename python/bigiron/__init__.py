"""bigiron: a gym of simulated legacy systems behind 3270 green screens.

Importing it registers every task with Gymnasium:

    import gymnasium, bigiron
    env = gymnasium.make("bigiron/dmv-renew-v0")
    envs = gymnasium.make_vec("bigiron/dmv-renew-v0", num_envs=64)

`tasks()` tells what there is. An id that ends in another version is another task: whatever may move scores counts it up.
"""

from .env import TerminalEnv
from .registration import make_vec, register_tasks, tasks
from .vector import TerminalVectorEnv

__all__ = ["TerminalEnv", "TerminalVectorEnv", "make_vec", "register_tasks", "tasks"]

register_tasks()
