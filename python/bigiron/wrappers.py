"""Wrappers: the clean twin, a curriculum of warts, text for language models, masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs
from numpy.typing import NDArray

from . import _bigiron
from .env import TerminalEnv
from .spaces import STATUS, TEXT

_LOCKS = (
    "",
    "X NOT CONNECTED",
    "X []",
    "X ()",
    "X SYSTEM",
    "X INHIBIT",
    "X <-o->",
    "X NUM",
    "X o>",
    "X -f",
)


def _terminal(env: gymnasium.Env[Any, Any]) -> TerminalEnv:
    inner = env.unwrapped
    if not isinstance(inner, TerminalEnv):
        raise TypeError(f"{type(inner).__name__} is no environment of bigiron")
    return inner


class CleanTwin(gymnasium.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Without warts, whatever the environment was made with."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        return self.env.reset(seed=seed, options=(options or {}) | {"warts": "none"})


class WartCurriculum(gymnasium.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Warts whose intensity follows a schedule.

    Args:
        env: The environment.
        warts: Their names.
        schedule: From the number of the episode, from 0, to the chance with which each wart happens at an occurrence, 0 to 1.
    """

    def __init__(
        self, env: gymnasium.Env[Any, Any], warts: list[str], schedule: Callable[[int], float]
    ) -> None:
        RecordConstructorArgs.__init__(self, warts=warts, schedule=schedule)
        super().__init__(env)
        self.warts = warts
        self.schedule = schedule
        self.episode = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        intensity = self.schedule(self.episode)
        if not 0.0 <= intensity <= 1.0:
            raise ValueError(f"the schedule gives {intensity} for episode {self.episode}: 0 to 1 is expected")
        self.episode += 1
        chosen = ",".join(f"{name}={intensity:.6f}" for name in self.warts) if intensity > 0 else "none"
        return self.env.reset(seed=seed, options=(options or {}) | {"warts": chosen})


class FrameText(gymnasium.ObservationWrapper[str, Any, Any], RecordConstructorArgs):
    """The screen as text, a line a row, the operator information area below: what a person sees, without colours."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        rows, columns = _terminal(env).observation_space["characters"].shape
        self.observation_space = spaces.Text((rows + 1) * (columns + 1), min_length=0, charset=TEXT + "\n\x1a")

    def observation(self, observation: Any) -> str:
        return "\n".join(_terminal(self.env).text())


class GoalText(gymnasium.ObservationWrapper[str, Any, Any], RecordConstructorArgs):
    """All there is to know as one text, for language models: the goal, the screen, the cursor, the lock, the budget."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        rows, columns = _terminal(env).observation_space["characters"].shape
        most = (rows + 1) * (columns + 1) + _bigiron.GOAL + _bigiron.ANSWER + 256
        self.observation_space = spaces.Text(most, min_length=0, charset=TEXT + "\n\x1a")

    def observation(self, observation: Any) -> str:
        terminal = _terminal(self.env)
        status = dict(zip(STATUS, (int(value) for value in observation["status"]), strict=True))
        answer = bytes(observation["answer"]).rstrip(b"\0").decode("latin-1")
        return "\n".join(
            [
                f"GOAL: {terminal.goal}",
                "",
                *(line.rstrip() for line in terminal.text()[:-1]),
                "",
                f"CURSOR: row {status['row'] + 1}, column {status['column'] + 1}",
                f"KEYBOARD: {_LOCKS[status['lock']] or 'free'}{', inserting' if status['insert'] else ''}",
                f"ANSWER LINE: {answer}{' (typing goes here)' if status['answering'] else ''}",
                f"LEFT: {status['keys_left']} keys, {status['time_left'] / 1000:.1f} s",
            ]
        )


class ActionMask(gymnasium.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Takes the mask out of the observation and puts it into `info["action_mask"]`, for `action_space.sample(mask)`.

    The environment has to be made with `action_mask=True`.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        space = env.observation_space
        if not isinstance(space, spaces.Dict) or "action_mask" not in space.spaces:
            raise ValueError("there is no mask: make the environment with action_mask=True")
        rest = {name: part for name, part in space.spaces.items() if name != "action_mask"}
        self.observation_space = spaces.Dict(rest)
        self._mask: NDArray[np.int8] = np.zeros(0, np.int8)

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions do something now, as sb3-contrib's MaskablePPO asks for them."""
        return self._mask.astype(bool)

    def _split(self, observation: dict[str, Any], info: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        rest = dict(observation)
        self._mask = rest.pop("action_mask")
        return rest, info | {"action_mask": self._mask}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        return self._split(*self.env.reset(seed=seed, options=options))

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(action)
        rest, info = self._split(observation, info)
        return rest, reward, terminated, truncated, info
