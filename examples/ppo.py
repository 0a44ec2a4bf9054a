"""PPO that learns to operate green screens from scratch, on a CPU.

    pip install '.[examples]'
    python examples/ppo.py                            # every task of TASKS, three seeds each, and the curves as a picture
    python examples/ppo.py clinic-phone --seeds 1     # one run
    python examples/ppo.py dmv-read-expiry+news       # with a wart on

The policy knows nothing of the system but the options of its menu. It sees the layout and the text of each row, the places of the
goal's tokens and of the menu's options, the cursor, and its last action. It puts the cursor into a field, types a token or an
option, presses a key, or reports a field, which ends the episode. The reward is the grade alone. A new policy never earns it, so
there is a bonus for rare situations (1 / sqrt n, once an episode), which fades as the success rate rises; solved episodes are
imitated; worlds that are not solved yet are played more often; and a policy without any reward for a long time is replaced by a new
one. It trains on some of the task's training seeds, and is measured on the held-out ones without a bonus.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import time
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from torch import nn

import bigiron

TASKS = [
    "clinic-phone",
    "claims-licence",
    "airline-read-phone",
    "benefits-read-rent",
    "dmv-read-expiry",
    "dmv-read-expiry+news",
]
"""The default tasks, some with warts on."""

SEEDS = 900
"""The number of training worlds: with the hundred for measuring they fit into the cache of prepared worlds."""

MENUS = {
    "airline": "WA NL FP CI QU EX HI JB XX",
    "bank": "ACI ACN HPL HLS WIR DIR REL WIQ SUS SET JNL JOB OFF",
    "revenue": "RTE RTI RTL SCA RTV TQD TJD EXL LGI JRQ END",
}
"""The options of the main menu of a system, unless they are digits."""

BUCKETS = 1 << 14
"""The rows of the embedding that features are hashed into; row 0 is padding."""

PROTECTED, ATTRIBUTE, NONDISPLAY = 0x20, 0x80, 0x0C


RELUCTANCE = {"<report": 3.0, "<clear": 2.0, "<pf": 2.0, "<wait": 2.0, "<": 0.0, "": 1.5}
"""The initial negative bias of an action, by the beginning of its name: fields, tokens and ENTER are the likeliest."""


def vocabulary(task: str) -> list[str]:
    """The actions of the policy."""
    options = MENUS.get(task.split("-")[0], "1 2 3 4 5 6 7 8 9").split()
    places = [f"<field {n}>" for n in range(6)] + [f"<token {n}>" for n in range(6)]
    return [*places, *options, "<enter>", "<clear>", "<pf3>", "<wait>", *(f"<report {n}>" for n in range(64))]


@dataclass
class Settings:
    """The hyperparameters."""

    envs: int = 128
    steps: int = 32
    epochs: int = 3
    minibatches: int = 4
    discount: float = 0.97
    trace: float = 0.95
    clip: float = 0.2
    entropy: float = 0.04
    rate: float = 1e-3
    bonus: float = 0.3
    imitation: float = 0.3
    kept: int = 64
    limit: int = 24
    rare: float = 0.2
    patience: int = 250_000


@dataclass
class Curve:
    """Success on the held-out seeds, against steps and seconds."""

    task: str
    warts: str
    seed: int
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    success: list[float] = field(default_factory=list)


class Eyes:
    """Turns observations into hashed features, and into a sign of the situation that does not depend on the values in it."""

    EXTRA = 40

    def __init__(self, options: list[str]) -> None:
        self.options = {option.encode(): 32 + n for n, option in enumerate(options)}
        self.tokens = lru_cache(4096)(self._tokens)
        self.mix = np.random.default_rng(0).integers(1, 1 << 20, 256).astype(np.float64)

    def _tokens(self, raw: bytes) -> list[bytes]:
        return [token for n in range(0, len(raw), 32) if (token := raw[n : n + 32].rstrip(b"\0"))]

    def _rows(self, plane: NDArray[np.uint8], kind: int) -> NDArray[np.int64]:
        rows, columns = plane.shape[1:]
        hashes = (plane.astype(np.float64) @ self.mix[:columns]).astype(np.int64)
        return hashes * 64 + np.arange(rows) * 2 + kind

    def _counts(self, fields: NDArray[np.uint8], text: NDArray[np.uint8]) -> NDArray[np.int64]:
        """How many protected fields of each row show something; reports are numbered by these."""
        count, rows, columns = fields.shape
        starts = fields.reshape(count, -1) >= ATTRIBUTE
        which = np.cumsum(starts, axis=1)
        env, at = np.nonzero(text.reshape(count, -1) > ord(" "))
        showing = np.zeros((count, rows * columns + 1), bool)
        showing[env, which[env, at]] = True
        first = starts & np.take_along_axis(showing, which, axis=1)
        return first.reshape(count, rows, columns).sum(2) * 64 + np.arange(rows) + (6 << 44)

    def look(self, seen: dict[str, NDArray], last: NDArray[np.int64]) -> tuple[torch.Tensor, list[tuple[int, int]]]:
        """The features, environments x places, padded with zeros; and the signs, of the layout alone and of the situation."""
        characters, fields, status = seen["characters"], seen["fields"], seen["status"].astype(np.int64)
        fixed = (fields & (PROTECTED | ATTRIBUTE)) != 0
        text = np.where(fixed, characters, 0)
        typed = np.where(fixed, 0, characters)
        hidden = ~fixed & (fields & NONDISPLAY == NONDISPLAY) & (seen["modified"] != 0)
        typed[hidden] = ord("*")
        layout, words = self._rows(fields, 0), self._rows(text, 1)
        counts = self._counts(fields, text)
        extra = np.zeros((len(fields), self.EXTRA), np.int64)
        extra[:, 0] = status[:, 0] * 256 + status[:, 1] + (1 << 44)
        extra[:, 1] = status[:, 2] + (2 << 44)
        extra[:, 2] = last + (3 << 44)
        signs = []
        for n in range(len(fields)):
            standing = self._standing(seen["tokens"][n].tobytes(), typed[n].tobytes(), text[n].tobytes())
            extra[n, 3 : 3 + len(standing)] = standing
            screen = hash(layout[n].tobytes())
            signs.append((screen, hash((screen, *(one for one in standing if one < 5 << 44)))))
        features = np.concatenate([layout, words, counts, extra], axis=1)
        hashed = (features * 0x9E3779B97F4A7C1 >> 20) % (BUCKETS - 1) + 1
        return torch.from_numpy(np.where(features == 0, 0, hashed)), signs

    def _standing(self, raw: bytes, typed: bytes, text: bytes) -> list[int]:
        """The tokens and options in input fields, and the tokens in each row of the text."""
        tokens = self.tokens(raw)
        known = self.options | {token: n for n, token in enumerate(tokens)}
        found = []
        for place, match in enumerate(re.finditer(rb"[^\0]+", typed)):
            value = match.group().strip()
            which = 63 if value and not value.strip(b"*") else known.get(value, 62)
            if value and (which != 62) and (which < 32 or which == 63 or place == 0):
                found.append((4 << 44) + match.start() * 64 + which)
        for n, token in enumerate(tokens):
            at = text.find(token)
            while at >= 0:
                found.append((5 << 44) + at // 80 * 64 + n)
                at = text.find(token, at + 80)
        return found[: self.EXTRA - 3]


class Policy(nn.Module):
    """From a bag of features to the probabilities of the actions and the value of the state."""

    def __init__(self, actions: list[str], width: int = 64) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.bag.weight, std=0.1)
        self.trunk = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU())
        self.act, self.worth = nn.Linear(128, len(actions)), nn.Linear(128, 1)
        nn.init.zeros_(self.act.weight)
        with torch.no_grad():
            wanted = [-next(much for start, much in RELUCTANCE.items() if name.startswith(start)) for name in actions]
            self.act.bias.copy_(torch.tensor(wanted))

    def forward(self, features: torch.Tensor, mask: torch.Tensor) -> tuple[torch.distributions.Categorical, torch.Tensor]:
        inner = self.trunk(self.bag(features))
        chances = torch.distributions.Categorical(logits=self.act(inner).masked_fill(~mask, -1e9), validate_args=False)
        return chances, self.worth(inner).squeeze(-1)


class Novelty:
    """The bonus for rare situations, once an episode in each environment."""

    def __init__(self, envs: int) -> None:
        self.ever: Counter[int] = Counter()
        self.now: list[set[int]] = [set() for _ in range(envs)]

    def of(self, env: int, sign: int) -> float:
        if sign in self.now[env]:
            return 0.0
        self.now[env].add(sign)
        self.ever[sign] += 1
        return self.ever[sign] ** -0.5


class Worlds:
    """Chooses the next world of an environment: unsolved ones come more often (prioritized level replay)."""

    def __init__(self, envs: int, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.solved = np.zeros(SEEDS)
        self.now = self.chance.integers(0, SEEDS, envs)

    def end(self, env: int, solved: bool) -> None:
        """Records how an episode ended, and draws the next world."""
        self.solved[self.now[env]] += 0.3 * (solved - self.solved[self.now[env]])
        weights = np.cumsum(1.1 - self.solved)
        self.now[env] = np.searchsorted(weights, self.chance.random() * weights[-1])


Step = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Features, mask, action of one environment."""


class Learner:
    """PPO on one task."""

    def __init__(self, task: str, warts: str, seed: int, settings: Settings) -> None:
        torch.manual_seed(seed)
        self.settings, self.curve, self.actions = settings, Curve(task, warts, seed), vocabulary(task)
        make = {"actions": self.actions, "action_mask": True, "copy": False, "warts": warts, "wait_time": 120_000}
        self.envs = bigiron.make_vec(f"bigiron/{task}-v0", settings.envs, autoreset_mode=AutoresetMode.DISABLED, **make)
        self.worlds = Worlds(settings.envs, seed)
        self.judge = bigiron.make_vec(f"bigiron/{task}-v0", 100, seeds="test", **make)
        self.eyes = Eyes([name for name in self.actions if name[0] != "<"])
        self.steps = 0
        self._begin()

    def _begin(self) -> None:
        """Starts with a new policy and new episodes."""
        settings = self.settings
        self.policy = Policy(self.actions)
        self.optimizer = torch.optim.Adam(self.policy.parameters(), lr=settings.rate, eps=1e-5)
        self.novelty = Novelty(settings.envs)
        self.episodes: list[list[Step]] = [[] for _ in range(settings.envs)]
        self.models: deque[list[Step]] = deque(maxlen=settings.kept)
        self.begun, self.share = self.steps, 0.0
        self.last = np.full(settings.envs, -1)
        observation, _ = self.envs.reset(seed=self.worlds.now.tolist())
        self._see(observation)

    def _see(self, observation: dict[str, NDArray]) -> None:
        self.features, self.signs = self.eyes.look(observation, self.last)
        self.mask = torch.from_numpy(observation["action_mask"].astype(bool))

    @torch.no_grad()
    def gather(self) -> list[dict[str, torch.Tensor]]:
        """Plays so many steps; returns one row for each."""
        rows = []
        for _ in range(self.settings.steps):
            chances, worth = self.policy(self.features, self.mask)
            action = chances.sample()
            row = {"features": self.features, "mask": self.mask, "action": action, "worth": worth}
            row["log"] = chances.log_prob(action)
            self.last, signs = action.numpy(), self.signs
            observation, reward, terminated, truncated, _ = self.envs.step(self.last)
            over = terminated | truncated | (np.array([len(episode) for episode in self.episodes]) >= self.settings.limit)
            for n in np.flatnonzero(over):
                self.worlds.end(n, reward[n] >= 1)
            if over.any():
                observation, _ = self.envs.reset(seed=self.worlds.now.tolist(), options={"reset_mask": over})
            taken = self.last
            self.last = np.where(over, -1, taken)
            self._see(observation)
            bonus = np.zeros(len(over))
            for n in range(len(over)):
                self.episodes[n].append((row["features"][n].clone(), row["mask"][n].clone(), action[n]))
                sign = hash((signs[n][0], int(taken[n]))) if over[n] else self.signs[n][1]
                bonus[n] = self.novelty.of(n, sign)
                if over[n]:
                    self._end(n, reward[n] >= 1)
                elif self.novelty.of(n, self.signs[n][0]) > self.settings.rare and not self.share:
                    self.models.append(list(self.episodes[n]))
            bonus *= self.settings.bonus * (1 - self.share)
            row["reward"] = torch.from_numpy((reward + bonus).astype(np.float32))
            row["over"] = torch.from_numpy(over)
            rows.append(row)
            self.steps += len(over)
        return rows

    def _end(self, env: int, solved: bool) -> None:
        """Keeps the shortest solved episodes, and updates the success rate."""
        if solved:
            earlier = list(self.models) if self.share else []
            self.models = deque(sorted([*earlier, self.episodes[env]], key=len)[: self.settings.kept], self.settings.kept)
        self.share += 0.002 * (solved - self.share)
        self.episodes[env] = []
        self.novelty.now[env].clear()

    def learn(self, rows: list[dict[str, torch.Tensor]]) -> None:
        """Improves the policy with the steps played."""
        settings = self.settings
        with torch.no_grad():
            _, after = self.policy(self.features, self.mask)
        trace = torch.zeros(settings.envs)
        for row in reversed(rows):
            alive = (~row["over"]).float()
            error = row["reward"] + settings.discount * after * alive - row["worth"]
            trace = error + settings.discount * settings.trace * alive * trace
            row["advantage"], row["return"] = trace, trace + row["worth"]
            after = row["worth"]
        batch = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
        batch["advantage"] = (batch["advantage"] - batch["advantage"].mean()) / (batch["advantage"].std() + 1e-8)
        for _ in range(settings.epochs):
            for part in torch.randperm(len(batch["action"])).chunk(settings.minibatches):
                self._improve({name: values[part] for name, values in batch.items()})

    def _improve(self, batch: dict[str, torch.Tensor]) -> None:
        settings = self.settings
        chances, worth = self.policy(batch["features"], batch["mask"])
        ratio = (chances.log_prob(batch["action"]) - batch["log"]).exp()
        clipped = ratio.clamp(1 - settings.clip, 1 + settings.clip)
        gain = torch.minimum(ratio * batch["advantage"], clipped * batch["advantage"]).mean()
        loss = -gain + 0.5 * (worth - batch["return"]).pow(2).mean() - settings.entropy * chances.entropy().mean()
        if self.models:
            loss = loss + settings.imitation * self._imitation()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.policy.parameters(), 0.5)
        self.optimizer.step()

    def _imitation(self) -> torch.Tensor:
        """The negative log likelihood of the steps of a few models."""
        some = torch.randint(len(self.models), (8,)).tolist()
        features, mask, action = (torch.stack(part) for part in zip(*(step for n in some for step in self.models[n])))
        return -self.policy(features, mask)[0].log_prob(action).mean()

    @torch.no_grad()
    def measure(self) -> float:
        """The share of a hundred held-out worlds that the policy solves greedily."""
        self.judge.reset(seed=77)
        # The worlds after the given seed are drawn from the held-out seeds.
        observation, _ = self.judge.reset()
        solved, done, last = np.zeros(100, bool), np.zeros(100, bool), np.full(100, -1)
        for _ in range(40):
            features, _ = self.eyes.look(observation, last)
            chances, _ = self.policy(features, torch.from_numpy(observation["action_mask"].astype(bool)))
            last = chances.logits.argmax(-1).numpy()
            observation, reward, terminated, truncated, _ = self.judge.step(last)
            solved |= (reward >= 1) & ~done
            done |= terminated | truncated
            if done.all():
                break
        return float(solved.mean())

    def run(self, seconds: float) -> Curve:
        """Learns until the time is over, or until 97 % are solved three times in a row."""
        begun, curve = time.monotonic(), self.curve
        while True:
            if self.steps % (4 * self.settings.envs * self.settings.steps) == 0:
                curve.steps.append(self.steps)
                curve.seconds.append(round(time.monotonic() - begun, 1))
                curve.success.append(self.measure())
            if time.monotonic() - begun > seconds or min([0, 0, *curve.success][-3:]) >= 0.97:
                return curve
            if not self.share and self.steps - self.begun > self.settings.patience:
                # The policy has converged without any reward.
                self._begin()
            self.learn(self.gather())


def learn(task: str, seed: int, seconds: float) -> Curve:
    """Makes one run, in a process of its own, on one thread."""
    torch.set_num_threads(1)
    name, _, warts = task.partition("+")
    return Learner(name, warts or "none", seed, Settings()).run(seconds)


def draw(curves: list[Curve], to: Path) -> None:
    """Draws the curves: one panel a task, one line a seed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = list(dict.fromkeys((curve.task, curve.warts) for curve in curves))
    figure, axes = pyplot.subplots(1, len(panels), figsize=(2.8 * len(panels), 2.8), sharey=True, squeeze=False)
    for axis, (task, warts) in zip(axes[0], panels, strict=True):
        for curve in curves:
            if (curve.task, curve.warts) == (task, warts):
                axis.plot([n / 1000 for n in curve.steps], [100 * value for value in curve.success], label=f"run {curve.seed}")
        axis.set_title(task if warts == "none" else f"{task}\nwith {warts}", fontsize=9)
        axis.set_xlabel("steps (thousands)")
        axis.set_ylim(-3, 103)
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("solved, held-out seeds (%)")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(to, dpi=100)


def main() -> None:
    """Makes the runs of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", default=TASKS, metavar="TASK[+WARTS]", help=f"default: {' '.join(TASKS)}")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs of each task")
    parser.add_argument("--minutes", type=float, default=4.0, help="the longest a run may take")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many runs at a time")
    parser.add_argument("--out", type=Path, default=Path("target/ppo"), help="where the curves go")
    arguments = parser.parse_args()
    runs = [(task, seed) for task in arguments.tasks for seed in range(arguments.seeds)]
    curves: dict[tuple[str, int], Curve] = {}
    begun = time.monotonic()
    print(f"{'task':24} {'warts':14} run    steps  seconds  first  last  (solved of 100 held-out seeds)")
    with ProcessPoolExecutor(arguments.processes, multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(learn, task, seed, 60 * arguments.minutes): (task, seed) for task, seed in runs}
        for ready in as_completed(waiting):
            curve = curves[waiting[ready]] = ready.result()
            line = f"{curve.task:24} {curve.warts:14} {curve.seed:3} {curve.steps[-1]:8} {curve.seconds[-1]:8.0f}"
            print(f"{line}  {curve.success[0]:5.0%} {curve.success[-1]:5.0%}", flush=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    found = [curves[run] for run in runs]
    (arguments.out / "curves.json").write_text(json.dumps([vars(curve) for curve in found]) + "\n")
    draw(found, arguments.out / "curves.png")
    print(f"{time.monotonic() - begun:.0f} seconds in all; the curves are in {arguments.out}")


if __name__ == "__main__":
    main()
