"""What an agent sees and does, as Gymnasium's spaces, and the arrays behind them."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from . import _bigiron

Goal = Literal["codes", "text"]

PLANES = ("characters", "fields", "colors", "modified")
"""The planes of a screen, uint8 rows x columns each.

`characters`: Latin-1 codes, blanks where nothing shows. `fields`: the attribute that governs a position, with 0x80 where
the attribute byte itself stands. `colors`: the colour in the low four bits, highlighting in the high ones. `modified`: 1
where the field has been modified.
"""

STATUS = ("row", "column", "lock", "insert", "alarm", "keys_left", "time_left", "answering", "terminal")
"""The columns of `status`, int32: the cursor from 0, why the keyboard is locked (0: it is free), insert mode, the alarm, what
is left of the budget in keys and in virtual milliseconds, whether typing goes to the answer line, and which terminal is seen,
from 0, where a task is worked in several systems."""

TEXT = "".join(chr(code) for code in range(256) if chr(code).isprintable())
"""The characters of a goal: what of Latin-1 can be printed."""

_MOST = np.iinfo(np.int32).max
_OUTCOMES = ("running", "solved", "failed", "budget spent", "agent fault", "environment fault")


def observation_space(shape: tuple[int, int, int], goal: Goal, mask: bool) -> spaces.Dict:
    """The space of one environment's observations, for a screen of rows x columns and so many actions."""
    rows, columns, actions = shape
    plane = spaces.Box(0, 255, (rows, columns), np.uint8)
    parts: dict[str, spaces.Space[Any]] = {name: plane for name in PLANES}
    most = np.array([rows - 1, columns - 1, 9, 1, 1, _MOST, _MOST, 1, _bigiron.TERMINALS - 1], np.int32)
    parts["status"] = spaces.Box(np.zeros(len(STATUS), np.int32), most, dtype=np.int32)
    parts["answer"] = spaces.Box(0, 255, (_bigiron.ANSWER,), np.uint8)
    match goal:
        case "codes":
            parts["goal"] = spaces.Box(0, 255, (_bigiron.GOAL,), np.uint8)
        case "text":
            parts["goal"] = spaces.Text(_bigiron.GOAL, min_length=0, charset=TEXT)
        case _:
            raise ValueError(f"goal is {goal!r}: 'codes' or 'text' is expected")
    parts["tokens"] = spaces.Box(0, 255, (_bigiron.TOKENS, _bigiron.TOKEN), np.uint8)
    if mask:
        parts["action_mask"] = spaces.Box(0, 1, (actions,), np.int8)
    return spaces.Dict(parts)


class Arrays:
    """The arrays that the engine writes observations into, for one environment (`lead` is empty) or for `lead[0]`."""

    def __init__(self, shape: tuple[int, int, int], lead: tuple[int, ...], mask: bool) -> None:
        rows, columns, actions = shape
        self.engine: dict[str, NDArray[Any]] = {
            "planes": np.zeros((*lead, len(PLANES), rows, columns), np.uint8),
            "status": np.zeros((*lead, len(STATUS)), np.int32),
            "answer": np.zeros((*lead, _bigiron.ANSWER), np.uint8),
            "goal": np.zeros((*lead, _bigiron.GOAL), np.uint8),
            "tokens": np.zeros((*lead, _bigiron.TOKENS, _bigiron.TOKEN), np.uint8),
        }
        if mask:
            self.engine["mask"] = np.zeros((*lead, actions), np.uint8)

    def views(self) -> dict[str, NDArray[Any]]:
        """The arrays under the names of the observation, without copying."""
        planes = self.engine["planes"]
        seen = {name: planes[..., n, :, :] for n, name in enumerate(PLANES)}
        seen |= {name: self.engine[name] for name in ("status", "answer", "goal", "tokens")}
        if "mask" in self.engine:
            seen["action_mask"] = self.engine["mask"].view(np.int8)
        return seen


def info_of(numbers: Any) -> dict[str, Any]:
    """What the engine says of an episode, with names: nothing of it is the agent's to see."""
    seed, outcome, keys, time, milestones = (int(number) for number in numbers)
    return {
        "seed": seed & (1 << 64) - 1,
        "outcome": _OUTCOMES[outcome],
        "keys": keys,
        "time": time,
        "milestones": milestones,
    }


def infos_of(numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The same of many episodes, a row of numbers each: an array for each name."""
    seed, outcome, keys, time, milestones = numbers.T.copy()
    named = np.array(_OUTCOMES)[outcome]
    return {"seed": seed.view(np.uint64), "outcome": named, "keys": keys, "time": time, "milestones": milestones}


def engine_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options as the engine takes them: a sequence of actions as lines."""
    actions = options.get("actions")
    if actions is not None and not isinstance(actions, str):
        options = options | {"actions": "\n".join(actions)}
    return options


def reset_options(options: dict[str, Any] | None, *known: str) -> dict[str, Any]:
    """The options of a reset, none of them unknown."""
    options = options or {}
    for name in options:
        if name not in known:
            raise ValueError(f"reset has no option {name!r}: {', '.join(known)} are known")
    return options
