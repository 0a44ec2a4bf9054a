"""The tasks of bigiron in Inspect (UK AISI's inspect_ai): `bigiron mcp` is the tool server, the grade of the backend the score.

    pip install inspect_ai mcp
    inspect eval examples/inspect_task.py --model openai/gpt-5 -T system=dmv -T task=renew-moved -T warts=lost_renewal -T seeds=10
    python examples/inspect_task.py            # a script in place of a model, as a check of the setup

The program is `bigiron` on the path, or the one that BIGIRON names. Each sample is a seed with a process of its own. Its sessions
are recorded in a folder beside the log and graded from there, so that the grade is out of the model's reach. If a model opens
several sessions, the first counts.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from inspect_ai import Task, eval, task
from inspect_ai.agent import as_solver, react
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score, Target, accuracy, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import mcp_server_stdio

PROGRAM = os.environ.get("BIGIRON", "bigiron")

MANUAL = """\
You work at a 3270 terminal of an old business system by the tools you have. What the screen says need not be what happened:
screens come back blank, confirmations are shown for work that was lost, answers come late. Find out by inquiry.
"""


@task
def bigiron(system: str = "dmv", task: str | None = None, warts: str = "none", seeds: int = 5, first_seed: int = 0, runs: str = "logs/bigiron"):
    """The tasks of a system, or one of them, each with so many seeds; the recordings go under `runs`."""
    if not shutil.which(PROGRAM):
        raise FileNotFoundError(f"there is no program {PROGRAM}: `cargo build --release` makes target/release/bigiron, which BIGIRON can name")
    listed = json.loads(subprocess.run([PROGRAM, "list", "tasks", "--json"], capture_output=True, text=True, check=True).stdout)
    names = [entry["task"] for entry in listed if entry["system"] == system and task in (None, entry["task"])]
    if not names:
        raise ValueError(f"{system} has no task {task}; `bigiron list tasks` names them")
    samples = [
        Sample(
            input="Open a session. It tells you what is to be done: do it, and submit.",
            id=f"{system}/{name}/{seed}/{warts}",
            metadata={"system": system, "task": name, "seed": seed, "warts": warts},
        )
        for name in names
        for seed in range(first_seed, first_seed + seeds)
    ]
    return Task(dataset=samples, solver=operator(runs), scorer=grade(runs), message_limit=400)


def folder(runs: str, state: TaskState) -> Path:
    """The folder of a sample's recordings."""
    return Path(runs, state.uuid)


@solver
def operator(runs: str) -> Solver:
    """Lets the model work until it makes no more tool calls."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        asked = state.metadata
        options = {"--task": asked["task"], "--seed": str(asked["seed"]), "--warts": asked["warts"], "--record": str(folder(runs, state))}
        arguments = ["mcp", asked["system"], "--same-seed", *(word for option in options.items() for word in option)]
        server = mcp_server_stdio(name="bigiron", command=PROGRAM, args=arguments)
        # The server has a submit tool; Inspect's own would be a second one.
        return await as_solver(react(prompt=MANUAL, tools=[server], submit=False))(state, generate)

    return solve


@scorer(metrics=[accuracy(), stderr()])
def grade(runs: str):
    """1 if the task is solved, else 0; the explanation is the grade, row by row."""

    async def score(state: TaskState, target: Target) -> Score:
        recordings = sorted(folder(runs, state).glob("*.jsonl"))
        if not recordings:
            return Score(value=0, explanation="no session was opened")
        graded = await asyncio.create_subprocess_exec(PROGRAM, "regrade", "--json", *recordings, stdout=subprocess.PIPE)
        report, _ = await graded.communicate()
        if graded.returncode == 2:
            raise RuntimeError(f"{recordings} cannot be graded")
        outcome = json.loads(report)
        return Score(value=int(outcome["outcome"] == "solved"), explanation=json.dumps(outcome), metadata=outcome)

    return score


GOAL = re.compile(r"as (\w+), password (\w+)\. The holder of licence (\w+) has moved to ([^,]+), ([^,]+), ZIP (\d+)")


def believer(messages, tools, choice, config):
    """The output of a script in place of a model: it changes an address and believes the confirmation."""
    answers = [message.text for message in messages if message.role == "tool"]
    goal = GOAL.search(answers[0]) if answers else None
    session = re.search(r"Session (\S+)", answers[0])[1] if answers else None
    steps = [("open_session", {})]
    if goal:
        operator, password, licence, street, town, code = goal.groups()
        lines = [f"{operator}{password}<enter>", f"ADR<tab>{licence}<enter>", f"{street}<tab>{town}<tab>{code}<pf5>"]
        steps += [("send_keys", {"session": session, "keys": keys}) for keys in lines]
        steps.append(("submit", {"session": session}))
    if len(answers) == len(steps):
        output = ModelOutput.from_content("mockllm/model", "It is done.")
    else:
        output = ModelOutput.for_tool_call("mockllm/model", *steps[len(answers)])
    # Without it Inspect counts tokens, for which it downloads a vocabulary.
    output.usage = ModelUsage()
    return output


def main():
    for warts, expected in [("none", 1.0), ("lost_address", 0.0)]:
        model = get_model("mockllm/model", custom_outputs=believer, memoize=False)
        [log] = eval(bigiron(task="change-address", warts=warts, seeds=3), model=model, display="none")
        if log.status != "success":
            raise SystemExit(f"{log.status}: {log.error.message}; see {log.location}")
        accuracy = log.results.scores[0].metrics["accuracy"].value
        print(f"change-address, warts {warts}: {accuracy:.2f} of {len(log.samples)} solved")
        if accuracy != expected:
            raise SystemExit(f"{expected} was expected; see {log.location}")


if __name__ == "__main__":
    main()
