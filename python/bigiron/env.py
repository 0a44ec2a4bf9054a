"""One task as a Gymnasium environment."""

from __future__ import annotations

import copy
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from . import _bigiron
from .spaces import Arrays, Goal, engine_options, info_of, observation_space, reset_options


class TerminalEnv(gymnasium.Env[dict[str, Any], np.int64]):
    """One 3270 terminal on one simulated system, with a task.

    An observation is a dictionary: the planes of the screen, the status, the answer line, the goal and its values (see
    `bigiron.spaces`). An action is a number of the vocabulary that `actions` lists. The reward is 1 with the step that ends
    the episode solved, else 0. `terminated`: the agent said that it was done. `truncated`: keys or virtual time have run out.

    Args:
        id: The task.
        render_mode: `ansi`, `rgb_array` or `human`.
        goal: `codes` shows the goal as Latin-1 codes, which every learner takes; `text` as a string (`spaces.Text`).
        action_mask: Whether the observation also has `action_mask`, 1 for each action that does something now.
        copy: Whether each observation is a copy. Otherwise the same arrays come back each time, written over.
        options: Of the engine: `warts` (`none`, `all`, `NAME,NAME=0.3`), `actions` (`keys`, `macros`, `all`, or a sequence
            of actions as text), `auto_wait`, `key_time`, `wait_time`, `milestones`, `stop_when_solved`, `seeds` (`train`,
            `test`, `FIRST-LAST`).

    Raises:
        KeyError: No such task or option; the message has the closest names.
        ValueError: An option with a value that it cannot have.
    """

    metadata = {"render_modes": ["ansi", "rgb_array", "human"], "render_fps": 10}

    def __init__(
        self,
        id: str,
        render_mode: str | None = None,
        goal: Goal = "codes",
        action_mask: bool = False,
        copy: bool = True,
        **options: Any,
    ) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            modes = ", ".join(self.metadata["render_modes"])
            raise ValueError(f"render_mode is {render_mode!r}: {modes} or None is expected")
        self.render_mode = render_mode
        self._goal: Goal = goal
        self._mask = action_mask
        self._copy = copy
        engine = _bigiron.Env(id, engine_options(options))
        self.observation_space = observation_space(engine.shape, goal, action_mask)
        self.action_space = spaces.Discrete(engine.shape[2])
        self._take(engine)

    def _take(self, engine: _bigiron.Env) -> None:
        self._engine = engine
        arrays = Arrays(engine.shape, (), self._mask)
        engine.bind(arrays.engine)
        self._seen = arrays.views()

    @property
    def actions(self) -> list[str]:
        """What each action is, as a line of keys is written: `A`, `<pf3>`, `<field 2>`, `<done>`."""
        return self._engine.actions

    @property
    def goal(self) -> str:
        """The goal of the episode in words."""
        return self._engine.goal

    @property
    def tokens(self) -> list[str]:
        """The values that the goal tells, which `<token N>` types."""
        return self._engine.tokens

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Begins an episode.

        Args:
            seed: The world, exactly. Without one the next seed is drawn from `seeds`, in a row that the last seed began.
            options: `warts` for this episode alone.
        """
        options = reset_options(options, "warts")
        super().reset(seed=seed)
        self._engine.reset(seed, options.get("warts"))
        if self.render_mode == "human":
            self._print()
        return self._observation(), self._info()

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Does an action.

        Raises:
            IndexError: No such action.
            RuntimeError: No episode is running: call reset.
        """
        reward, terminated, truncated = self._engine.step(int(action))
        if self.render_mode == "human":
            self._print()
        return self._observation(), reward, terminated, truncated, self._info()

    def render(self) -> Any:
        """The screen: a string (`ansi`), an array of height x width x 3 (`rgb_array`), or printed (`human`)."""
        match self.render_mode:
            case "ansi":
                return "\n".join(self._engine.text())
            case "rgb_array":
                return self._paint()
            case "human":
                self._print()
        return None

    def close(self) -> None:
        """Does nothing: an environment holds no file and no thread."""

    def grade(self) -> str | None:
        """What the finished episode came to, as a diff of the backend's rows; `None` while it goes on."""
        return self._engine.grade()

    def text(self) -> list[str]:
        """The screen as lines of text, the operator information area last."""
        return self._engine.text()

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions do something now, as sb3-contrib's MaskablePPO asks for them; needs `action_mask=True`."""
        if not self._mask:
            raise RuntimeError("there is no mask: make the environment with action_mask=True")
        return self._seen["action_mask"].astype(bool)

    def state_hash(self) -> int:
        """A hash of everything that decides what happens next, equal in every process and on every machine."""
        return self._engine.state_hash()

    def fork(self) -> TerminalEnv:
        """Another environment in the same state, which goes its own way. Takes microseconds."""
        return self._with(self._engine.fork())

    def snapshot(self) -> _bigiron.Snapshot:
        """The state, to come back to by `restore` any number of times. Takes microseconds."""
        return self._engine.snapshot()

    def restore(self, snapshot: _bigiron.Snapshot) -> dict[str, Any]:
        """Goes back to a state; gives the observation there."""
        self._engine.restore(snapshot)
        return self._observation()

    def _with(self, engine: _bigiron.Env) -> TerminalEnv:
        other = TerminalEnv.__new__(TerminalEnv)
        other.render_mode = self.render_mode
        other.spec = self.spec
        other.observation_space, other.action_space = self.observation_space, self.action_space
        other._goal, other._mask, other._copy = self._goal, self._mask, self._copy
        if self._np_random is not None:
            other._np_random = copy.deepcopy(self._np_random)
            other._np_random_seed = self._np_random_seed
        other._take(engine)
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> TerminalEnv:
        return self.fork()

    def __getstate__(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.__dict__.items() if name not in ("_engine", "_seen")}
        return kept | {"saved": self._engine.save()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        saved = state.pop("saved")
        self.__dict__.update(state)
        self._take(_bigiron.Env.load(saved))

    def _observation(self) -> dict[str, Any]:
        seen: dict[str, Any] = dict(self._seen)
        if self._copy:
            seen = {name: part.copy() for name, part in seen.items()}
        if self._goal == "text":
            seen["goal"] = self._engine.goal
        return seen

    def _info(self) -> dict[str, Any]:
        return info_of(self._engine.info()) | {"goal": self._engine.goal}

    def _paint(self) -> NDArray[np.uint8]:
        rows, columns, _ = self._engine.shape
        height, width = _bigiron.CELL
        picture = np.zeros(((rows + 1) * height, columns * width, 3), np.uint8)
        self._engine.paint(picture)
        return picture

    def _print(self) -> None:
        print("\x1b[H\x1b[2J" + self._engine.ansi(), flush=True)
