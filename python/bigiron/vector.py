"""Environments of one task that step together, natively."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from . import _bigiron
from .spaces import Arrays, Goal, engine_options, infos_of, observation_space, reset_options


class TerminalVectorEnv(VectorEnv[dict[str, Any], NDArray[np.int64], NDArray[np.float64]]):
    """Terminals that step together in Rust, the interpreter set free meanwhile.

    Args:
        id: The task.
        num_envs: How many.
        autoreset_mode: When an environment whose episode is over begins the next.
        threads: On how many threads they step: 0 for one a core, 1 for the caller's own. The results are the same.
        copy: Whether observations are copies. Otherwise the same arrays come back each time, written over: faster.
        detailed_info: Whether info also has seed, outcome, keys, time and milestones of every environment at every step.
        render_mode, goal, action_mask, options: As in `bigiron.TerminalEnv`; `ansi` and `rgb_array` render one each.
    """

    metadata = {
        "render_modes": ["ansi", "rgb_array"],
        "render_fps": 10,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        id: str,
        num_envs: int = 1,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        threads: int = 0,
        copy: bool = True,
        detailed_info: bool = False,
        render_mode: str | None = None,
        goal: Goal = "codes",
        action_mask: bool = False,
        **options: Any,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}: at least one environment is expected")
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is {render_mode!r}: ansi, rgb_array or None is expected")
        mode = AutoresetMode(autoreset_mode)
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.metadata = self.metadata | {"autoreset_mode": mode}
        self._mode = mode
        self._goal: Goal = goal
        self._copy = copy
        self._detailed = detailed_info
        self._engine = _bigiron.Batch(id, num_envs, engine_options(options), mode.name.lower(), threads)
        self._bind(action_mask)

    def _bind(self, mask: bool) -> None:
        shape, count = self._engine.shape, self.num_envs
        self.single_observation_space = observation_space(shape, self._goal, mask)
        self.single_action_space = spaces.Discrete(shape[2])
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        seen = Arrays(shape, (count,), mask)
        self._steps = {
            "rewards": np.zeros(count, np.float64),
            "terminated": np.zeros(count, np.uint8),
            "truncated": np.zeros(count, np.uint8),
            "info": np.zeros((count, _bigiron.INFO), np.int64),
        }
        arrays = seen.engine | self._steps
        self._last: dict[str, NDArray[Any]] = {}
        if self._mode == AutoresetMode.SAME_STEP:
            last = Arrays(shape, (count,), mask)
            self._last = last.views()
            self._last_info = np.zeros((count, _bigiron.INFO), np.int64)
            arrays |= {f"last_{name}": array for name, array in last.engine.items()}
            arrays["last_info"] = self._last_info
        self._engine.bind(arrays)
        self._seen = seen.views()

    @property
    def actions(self) -> list[str]:
        """What each action is, as a line of keys is written."""
        return self._engine.actions

    def goal(self, env: int) -> str:
        """The goal of one environment in words."""
        return self._engine.goal(env)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begins episodes.

        Args:
            seed: One for each environment, or one for the first, the next for the second and so on.
            options: `warts` for these episodes alone; `reset_mask`, a truth for each environment: which begin anew.
        """
        options = reset_options(options, "warts", "reset_mask")
        if isinstance(seed, int):
            seeds: list[int | None] = [seed + n for n in range(self.num_envs)]
        else:
            seeds = list(seed) if seed is not None else []
        super().reset(seed=seed if isinstance(seed, int) else None)
        which = options.get("reset_mask")
        chosen = [] if which is None else np.asarray(which, bool).tolist()
        self._engine.reset(seeds, chosen, options.get("warts"))
        return self._observation(), self._info(self._steps["info"], np.ones(self.num_envs, bool))

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[dict[str, Any], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """One action for each environment.

        Raises:
            IndexError: No such action; no environment has moved.
            RuntimeError: An environment is over and nothing resets it.
        """
        self._engine.step(np.ascontiguousarray(actions, np.int64))
        steps = self._steps
        terminated, truncated = steps["terminated"].astype(bool), steps["truncated"].astype(bool)
        over = terminated | truncated
        info: dict[str, Any] = {}
        if self._mode == AutoresetMode.SAME_STEP:
            if over.any():
                info = {"final_obs": self._final(over), "_final_obs": over}
                info |= {"final_info": self._info(self._last_info, over), "_final_info": over}
            elif self._detailed:
                info = self._info(steps["info"], ~over)
        elif self._detailed or over.any():
            info = self._info(steps["info"], np.ones_like(over) if self._detailed else over)
        return self._observation(), steps["rewards"].copy(), terminated, truncated, info

    def render(self) -> tuple[Any, ...] | None:
        """The screens, one for each environment."""
        match self.render_mode:
            case "ansi":
                return tuple("\n".join(self._engine.fork(n).text()) for n in range(self.num_envs))
            case "rgb_array":
                return tuple(self._paint(n) for n in range(self.num_envs))
        return None

    def state_hashes(self) -> list[int]:
        """The state hash of each environment."""
        return self._engine.state_hashes()

    def snapshot(self, env: int) -> _bigiron.Snapshot:
        """The state of one environment."""
        return self._engine.snapshot(env)

    def restore(self, env: int, snapshot: _bigiron.Snapshot) -> None:
        """Takes one environment back to a state."""
        self._engine.restore(env, snapshot)

    def _observation(self) -> dict[str, Any]:
        seen: dict[str, Any] = dict(self._seen)
        if self._copy:
            seen = {name: part.copy() for name, part in seen.items()}
        if self._goal == "text":
            seen["goal"] = tuple(self._engine.goal(n) for n in range(self.num_envs))
        return seen

    def _final(self, over: NDArray[np.bool_]) -> NDArray[np.object_]:
        """The last observations of the episodes that are over, copied, each a dictionary in its place."""
        final = np.full(self.num_envs, None, object)
        for n in np.flatnonzero(over):
            final[n] = {name: part[n].copy() for name, part in self._last.items()}
            if self._goal == "text":
                final[n]["goal"] = bytes(self._last["goal"][n]).rstrip(b"\0").decode("latin-1")
        return final

    def _info(self, numbers: NDArray[np.int64], which: NDArray[np.bool_]) -> dict[str, Any]:
        """As Gymnasium gathers info: an array for each name, and under `_name` where it holds."""
        info = infos_of(numbers)
        return info | {f"_{name}": which.copy() for name in info}

    def _paint(self, env: int) -> NDArray[np.uint8]:
        rows, columns, _ = self._engine.shape
        height, width = _bigiron.CELL
        picture = np.zeros(((rows + 1) * height, columns * width, 3), np.uint8)
        self._engine.fork(env).paint(picture)
        return picture
