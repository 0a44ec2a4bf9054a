"""PPO that learns to work green screens from scratch, on a CPU.

    pip install '.[examples]'
    python examples/ppo.py                          # every task of TASKS, three seeds each, and the curves as a picture
    python examples/ppo.py dmv-read-expiry --minutes 3

The policy sees the screen as a bag of hashed (position, character) pairs, where fields were modified, and the cursor. Its actions
are the macro actions and the digits that menus ask for. The reward is the grade, which a beginner never sees; so there is a
bonus for whatever shows that has been seen seldom (1 / sqrt n, once an episode). Learning is on the task's seeds for learning,
measuring on its seeds for measuring, without the bonus.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

import bigiron

TASKS = ["dmv-read-expiry", "bank-available", "claims-licence"]
"""What is learned if nothing else is said."""

ACTIONS = [
    *(f"<field {n}>" for n in range(4)),
    *(f"<token {n}>" for n in range(4)),
    *(str(n) for n in range(10)),
    "<enter>",
    "<tab>",
    "<pf3>",
    "<pf8>",
    *(f"<report {n}>" for n in range(40)),
]
"""What the policy can do in one step."""

BUCKETS = 1 << 14
"""Rows of the embedding that screens are hashed into."""


@dataclass
class Settings:
    """What PPO is told."""

    envs: int = 64
    steps: int = 64
    epochs: int = 3
    minibatches: int = 4
    discount: float = 0.97
    trace: float = 0.95
    clip: float = 0.2
    entropy: float = 0.01
    rate: float = 1e-3
    bonus: float = 0.2


@dataclass
class Curve:
    """Success on the seeds for measuring against what it took."""

    task: str
    warts: str
    seed: int
    steps: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    success: list[float] = field(default_factory=list)


class Screens:
    """Observations as bags of features: for each environment the numbers of its hashed features, zeros behind."""

    def __init__(self, observation: dict[str, np.ndarray]) -> None:
        count, rows, columns = observation["characters"].shape
        place = np.arange(rows * columns, dtype=np.int64) * 131
        characters = observation["characters"].reshape(count, -1).astype(np.int64)
        modified = observation["modified"].reshape(count, -1)
        status = observation["status"]
        shown = np.where(characters > 32, (place + characters * 7919) % (BUCKETS - 1) + 1, 0)
        touched = np.where(modified == 1, (place + 4099 * 7919) % (BUCKETS - 1) + 1, 0)
        cursor = (status[:, 0] * 131 + status[:, 1] * 17 + 5003 * 7919) % (BUCKETS - 1) + 1
        lock = (status[:, 2] + 6007 * 7919) % (BUCKETS - 1) + 1
        features = np.concatenate([shown, touched, cursor[:, None], lock[:, None]], axis=1)
        most = int((features > 0).sum(1).max())
        self.features = np.zeros((count, most), np.int64)
        order = np.argsort(features == 0, axis=1, kind="stable")[:, :most]
        np.copyto(self.features, np.take_along_axis(features, order, 1))
        # What tells one situation from another whatever the values in it: where fields are, and which were typed into.
        fields = observation["fields"].reshape(count, -1)
        self.signs = [hash((fields[n].tobytes(), modified[n].tobytes())) for n in range(count)]


class Policy(nn.Module):
    """From a bag of features to the worth of every action and of where one stands."""

    def __init__(self, actions: int, width: int = 128) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(BUCKETS, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.bag.weight, std=0.02)
        self.trunk = nn.Sequential(nn.LayerNorm(width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.act = nn.Linear(width, actions)
        self.worth = nn.Linear(width, 1)
        nn.init.zeros_(self.act.weight)

    def forward(self, features: torch.Tensor, mask: torch.Tensor) -> tuple[torch.distributions.Categorical, torch.Tensor]:
        inner = self.trunk(self.bag(features))
        logits = self.act(inner).masked_fill(~mask, -1e9)
        return torch.distributions.Categorical(logits=logits), self.worth(inner).squeeze(-1)


class Learner:
    """PPO on one task."""

    def __init__(self, task: str, warts: str, seed: int, settings: Settings) -> None:
        torch.manual_seed(seed)
        self.settings = settings
        self.curve = Curve(task, warts, seed)
        make = {"actions": ACTIONS, "action_mask": True, "copy": False, "warts": warts, "autoreset_mode": "SAME_STEP"}
        make["autoreset_mode"] = bigiron.vector.AutoresetMode.SAME_STEP
        self.envs = bigiron.make_vec(f"bigiron/{task}-v0", settings.envs, seeds="train", **make)
        self.judge = bigiron.make_vec(f"bigiron/{task}-v0", 100, seeds="test", **make)
        self.policy = Policy(len(ACTIONS))
        self.optimizer = torch.optim.Adam(self.policy.parameters(), lr=settings.rate, eps=1e-5)
        self.seen_ever: dict[int, int] = {}
        self.seen_now: list[set[int]] = [set() for _ in range(settings.envs)]
        observation, _ = self.envs.reset(seed=10_000 * (seed + 1))
        self.screens, self.mask = Screens(observation), self._mask(observation)
        self.steps = 0

    def _mask(self, observation: dict[str, np.ndarray]) -> torch.Tensor:
        mask = torch.from_numpy(observation["action_mask"].astype(bool))
        mask[~mask.any(1)] = True
        return mask

    def _bonus(self) -> np.ndarray:
        bonus = np.zeros(self.settings.envs)
        for n, sign in enumerate(self.screens.signs):
            if sign not in self.seen_now[n]:
                self.seen_now[n].add(sign)
                count = self.seen_ever[sign] = self.seen_ever.get(sign, 0) + 1
                bonus[n] = self.settings.bonus / np.sqrt(count)
        return bonus

    @torch.no_grad()
    def gather(self) -> list[dict[str, torch.Tensor]]:
        """Plays; one row for each step."""
        rows = []
        for _ in range(self.settings.steps):
            features = torch.from_numpy(self.screens.features)
            chances, worth = self.policy(features, self.mask)
            action = chances.sample()
            row = {"features": features, "mask": self.mask, "action": action, "worth": worth, "log": chances.log_prob(action)}
            observation, reward, terminated, truncated, _ = self.envs.step(action.numpy())
            over = terminated | truncated
            for n in np.flatnonzero(over):
                self.seen_now[n].clear()
            self.screens, self.mask = Screens(observation), self._mask(observation)
            bonus = np.where(over, 0.0, self._bonus())
            row["reward"] = torch.from_numpy((reward + bonus).astype(np.float32))
            row["over"] = torch.from_numpy(over)
            rows.append(row)
            self.steps += self.settings.envs
        return rows

    def learn(self, rows: list[dict[str, torch.Tensor]]) -> None:
        """Improves the policy by what was played."""
        settings = self.settings
        with torch.no_grad():
            _, after = self.policy(torch.from_numpy(self.screens.features), self.mask)
            trace = torch.zeros(settings.envs)
            for row in reversed(rows):
                alive = (~row["over"]).float()
                error = row["reward"] + settings.discount * after * alive - row["worth"]
                trace = error + settings.discount * settings.trace * alive * trace
                row["advantage"], row["return"] = trace, trace + row["worth"]
                after = row["worth"]
        widest = max(row["features"].shape[1] for row in rows)
        for row in rows:
            row["features"] = nn.functional.pad(row["features"], (0, widest - row["features"].shape[1]))
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
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.policy.parameters(), 0.5)
        self.optimizer.step()

    @torch.no_grad()
    def measure(self) -> float:
        """The share of a hundred worlds kept for measuring that the policy solves, doing what it deems best."""
        observation, _ = self.judge.reset(seed=77)
        solved, done = np.zeros(100, bool), np.zeros(100, bool)
        for _ in range(60):
            chances, _ = self.policy(torch.from_numpy(Screens(observation).features), self._mask(observation))
            action = chances.logits.argmax(-1).numpy()
            observation, reward, terminated, truncated, _ = self.judge.step(action)
            solved |= (reward >= 1) & ~done
            done |= terminated | truncated
            if done.all():
                break
        return float(solved.mean())

    def run(self, seconds: float) -> Curve:
        """Learns until the time is over, or until all is solved three times in a row."""
        begun, spent = time.monotonic(), 0.0
        while True:
            curve = self.curve
            if len(curve.steps) == 0 or self.steps - curve.steps[-1] >= 16_384:
                curve.steps.append(self.steps)
                curve.seconds.append(round(time.monotonic() - begun, 1))
                curve.success.append(self.measure())
                print(f"{curve.task} {curve.warts} seed {curve.seed}: {self.steps:8} steps {curve.seconds[-1]:6.1f} s {curve.success[-1]:.0%}", flush=True)
            spent = time.monotonic() - begun
            if spent > seconds or curve.success[-3:] == [1.0] * 3:
                return curve
            self.learn(self.gather())


def draw(curves: list[Curve], to: Path) -> None:
    """The curves as a picture: one panel a task, one line a seed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = list(dict.fromkeys((curve.task, curve.warts) for curve in curves))
    figure, axes = pyplot.subplots(1, len(panels), figsize=(3.4 * len(panels), 3), sharey=True, squeeze=False)
    for axis, (task, warts) in zip(axes[0], panels, strict=True):
        for curve in curves:
            if (curve.task, curve.warts) == (task, warts):
                axis.plot(curve.steps, [100 * value for value in curve.success], label=f"seed {curve.seed}")
        axis.set_title(task if warts == "none" else f"{task}\nwith {warts}", fontsize=9)
        axis.set_xlabel("steps")
        axis.ticklabel_format(axis="x", style="sci", scilimits=(0, 0))
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("solved, held-out seeds (%)")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(to, dpi=110)


def main() -> None:
    """Learns what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", default=TASKS, metavar="TASK[+WARTS]", help=f"default: {' '.join(TASKS)}")
    parser.add_argument("--seeds", type=int, default=3, help="how many runs of each task")
    parser.add_argument("--minutes", type=float, default=5.0, help="the longest a run may take")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch")
    parser.add_argument("--out", type=Path, default=Path("target/ppo"), help="where the curves go")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    curves = []
    for task in arguments.tasks:
        task, _, warts = task.partition("+")
        for seed in range(arguments.seeds):
            learner = Learner(task, warts or "none", seed, Settings())
            curves.append(learner.run(60 * arguments.minutes))
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "curves.json").write_text(json.dumps([vars(curve) for curve in curves]) + "\n")
    draw(curves, arguments.out / "curves.png")
    print(f"the curves are in {arguments.out}")


if __name__ == "__main__":
    main()
