"""The tasks, and their registration with Gymnasium."""

from __future__ import annotations

from typing import Any, TypedDict

import gymnasium
from gymnasium.envs.registration import register, registry

from . import _bigiron
from .vector import TerminalVectorEnv


class Task(TypedDict):
    """What is known of a task."""

    id: str
    """Its id for `gymnasium.make`."""
    system: str
    """The system it is worked on."""
    task: str
    """Its name in the system."""
    title: str
    """What a person calls it."""
    drill: str
    """The family it belongs to."""
    tier: int
    """How hard it is, from 1 to 5."""
    keys: int
    """Its budget of keys."""
    time: int
    """Its budget of virtual milliseconds."""
    warts: list[str]
    """The wart sets it is proven with; the first is `none`."""
    train: tuple[int, int]
    """Seeds for learning, the first and the last."""
    test: tuple[int, int]
    """Seeds for measuring, the first and the last."""
    answer: bool
    """Whether something has to be reported."""


def tasks() -> list[Task]:
    """Every task, in the order of the ids."""
    return _bigiron.tasks()


def register_tasks() -> None:
    """Registers every task with Gymnasium; importing the package has done it."""
    for task in tasks():
        if task["id"] not in registry:
            register(
                id=task["id"],
                entry_point="bigiron.env:TerminalEnv",
                vector_entry_point="bigiron.vector:TerminalVectorEnv",
                kwargs={"id": task["id"]},
            )


def make_vec(id: str, num_envs: int = 1, **options: Any) -> TerminalVectorEnv:
    """Environments that step together: `gymnasium.make_vec` with the type that comes of it."""
    envs = gymnasium.make_vec(id, num_envs=num_envs, vectorization_mode="vector_entry_point", **options)
    assert isinstance(envs, TerminalVectorEnv)
    return envs
