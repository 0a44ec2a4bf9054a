"""`bigiron mcp`, driven by the official client of the Model Context Protocol with each of its handshakes."""

import asyncio
import json
import re
import subprocess

import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters

# The handshake of 2025-11-25; discovery; and 2026-07-28 without either.
MODES = ["legacy", "auto", "2026-07-28"]

TOOLS = ["list_systems", "list_tasks", "open_session", "read_screen", "send_keys", "wait", "submit", "close_session"]


def work(bigiron, arguments, agent, mode="auto", **options):
    """Runs an agent on `bigiron mcp` with these arguments."""

    async def session():
        server = StdioServerParameters(command=str(bigiron), args=["mcp", *arguments])
        async with Client(server, mode=mode, **options) as client:
            return await agent(client)

    return asyncio.run(asyncio.wait_for(session(), 60))


async def call(client, tool, **arguments):
    """The structured result of a call, which must not be an error and must match the tool's schema."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    described = {known.name: known for known in (await client.list_tools()).tools}[tool]
    Draft202012Validator(described.output_schema).validate(result.structured_content)
    return result.structured_content


async def fault(client, tool, **arguments):
    """The text of a call that must be an error."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error and result.structured_content is None
    return result.content[0].text


def into(screen, label, text):
    """The keys that type a text into the field of this label."""
    field = next(field for field in screen["fields"] if field["input"] and label in field["label"])
    address = (field["row"] - 1) * screen["size"]["columns"] + field["column"] - 1
    return f"<cursor {address}>{text}"


async def read_photo(client):
    """Does the task read-photo with the goal and the screens alone; returns the last reply."""
    opened = await call(client, "open_session", task="read-photo")
    goal = r"as (\w+), password (\w+)\. Report the photo number on file for (\w+) (.*)\."
    operator, password, first, last = re.search(goal, opened["goal"]).groups()
    session, screen = opened["session"], opened["screen"]

    async def send(*keys):
        return (await call(client, "send_keys", session=session, keys="".join(keys), observe={"fields": "all"}))["screen"]

    screen = await send(into(screen, "OPERATOR ID", operator), into(screen, "PASSWORD", password), "<enter>")
    screen = await send(into(screen, "COMMAND", "LST"), "<enter>")
    screen = await send(into(screen, "LAST NAME BEGINS WITH", last), "<enter>")
    for _ in range(10):
        listed = [(number, row) for number, row in enumerate(screen["rows"]) if f" {first} " in row]
        if listed:
            break
        screen = await send("<pf8>")
    [(number, _)] = listed
    choice = next(field for field in screen["fields"] if field["input"] and field["row"] == number + 1)
    screen = await send(f"<cursor {number * 80 + choice['column'] - 1}>S<enter>")
    photo = next(field["value"] for field in screen["fields"] if field["label"] == "PHOTO NO")
    return await call(client, "submit", session=session, answer=photo)


@pytest.mark.parametrize("mode", MODES)
def test_a_whole_task(bigiron, tmp_path, mode):
    recordings = tmp_path / "runs"
    last = work(bigiron, ["dmv", "--seed", "7", "--record", str(recordings)], read_photo, mode)
    assert last["ended"] == "submitted" and "grade" not in last
    [recording] = recordings.iterdir()
    regraded = subprocess.run([bigiron, "regrade", recording, "--json"], capture_output=True, text=True)
    assert json.loads(regraded.stdout)["outcome"] == "solved", regraded.stderr
    assert subprocess.run([bigiron, "verify", recording], capture_output=True).returncode == 0


def test_a_server_that_is_asked_to_tells_the_grade(bigiron):
    assert work(bigiron, ["dmv", "--tell-grade"], read_photo)["grade"] == {"outcome": "solved", "clean": True}


@pytest.mark.parametrize("mode, version", [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")])
def test_the_protocol_is_agreed_on(bigiron, mode, version):
    async def agent(client):
        assert client.protocol_version == version
        return [tool.name for tool in (await client.list_tools()).tools]

    assert work(bigiron, ["dmv"], agent, mode) == TOOLS


def test_tools_say_what_they_do(bigiron):
    async def agent(client):
        return (await client.list_tools()).tools

    for tool in work(bigiron, ["dmv"], agent):
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)
        hints = tool.annotations
        assert hints.read_only_hint == (tool.name in ("list_systems", "list_tasks", "read_screen"))
        assert hints.destructive_hint == (tool.name in ("send_keys", "submit", "close_session"))
        assert hints.open_world_hint is False


def test_sessions_on_two_systems_at_once(bigiron):
    async def agent(client):
        systems = await call(client, "list_systems")
        assert [entry["system"] for entry in systems["systems"]] == ["dmv", "bank"]
        desk = (await call(client, "open_session", system="dmv"))["session"]
        bank = (await call(client, "open_session", system="bank"))["session"]
        await call(client, "send_keys", session=desk, keys="CLK042IRON<enter>")
        screens = [(await call(client, "read_screen", session=session))["screen"] for session in (desk, bank)]
        waited = await call(client, "wait", session=bank, wait=5000)
        assert waited["screen"]["time_ms"] == 5000
        assert (await call(client, "close_session", session=desk))["closed"]
        assert not (await call(client, "close_session", session=desk))["closed"]
        gone = await fault(client, "read_screen", session=desk)
        return screens, gone

    [dmv, bank], gone = work(bigiron, ["dmv", "bank"], agent)
    assert "DMVM01" in dmv["rows"][0] and "FIRST PRAIRIE" in bank["rows"][0]
    assert "open another" in gone


async def read_expiry_of_a_member(client):
    """Does the task member-expiry, at a terminal in each of two systems; returns the last reply."""
    tasks = (await call(client, "list_tasks"))["tasks"]
    assert next(entry for entry in tasks if entry["task"] == "member-expiry")["also"] == ["claims"]
    opened = await call(client, "open_session", task="member-expiry")
    goal = r"operator (\w+), password (\w+)\).*user (\w+), password (\w+)\).*member (\S+) (\S+) expire"
    operator, password, user, secret, first, last = re.search(goal, opened["goal"]).groups()
    desk, claims = opened["session"], opened["others"][0]["session"]

    async def send(session, *keys):
        return (await call(client, "send_keys", session=session, keys="".join(keys), observe={"fields": "all"}))["screen"]

    async def at(session):
        return (await call(client, "read_screen", session=session))["screen"]

    screen = await at(claims)
    screen = await send(claims, into(screen, "USERID", user), into(screen, "PASSWORD", secret), "<enter>")
    screen = await send(claims, into(screen, "OPTION", "=1"), "<enter>")
    screen = await send(claims, into(screen, "LAST NAME", last), "<enter>")
    [row] = [row for row in screen["rows"] if f" {last} " in row and f" {first} " in row]
    licence = re.findall(r"\b[A-Z]\d{7}\b", row)[-1]
    screen = await at(desk)
    screen = await send(desk, into(screen, "OPERATOR ID", operator), into(screen, "PASSWORD", password), "<enter>")
    screen = await send(desk, into(screen, "COMMAND", "INQ"), into(screen, "LICENCE NO", licence), "<enter>")
    expires = next(field["value"] for field in screen["fields"] if field["label"] == "EXPIRES")
    return await call(client, "submit", session=claims, answer=expires)


def test_a_task_at_terminals_in_two_systems(bigiron, tmp_path):
    recordings = tmp_path / "runs"
    last = work(bigiron, ["dmv", "--seed", "7", "--record", str(recordings), "--tell-grade"], read_expiry_of_a_member)
    assert last["ended"] == "submitted" and last["grade"]["outcome"] == "solved"
    both = sorted(recordings.iterdir())
    assert [recording.name for recording in both] == ["claims-mcp-000000.jsonl", "dmv-mcp-000000.jsonl"]
    regraded = subprocess.run([bigiron, "regrade", *both, "--json"], capture_output=True, text=True)
    assert json.loads(regraded.stdout)["outcome"] == "solved", regraded.stderr
    verified = subprocess.run([bigiron, "verify", *both], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout


def test_errors_come_with_a_remedy(bigiron):
    async def agent(client):
        with pytest.raises(MCPError, match="did you mean \"send_keys\""):
            await client.call_tool("send_key", {})
        session = (await call(client, "open_session"))["session"]
        faults = [
            await fault(client, "send_keys", session=session, keys="<etner>"),
            await fault(client, "send_keys", session=session),
            await fault(client, "send_keys", session=session, keys="A", wiat=5),
            await fault(client, "send_keys", session=session, keys=5),
            await fault(client, "open_session", task="renew-movd"),
            await fault(client, "open_session", system="dvm"),
            await fault(client, "open_session", seed=5),
            await fault(client, "list_tasks", system="/etc/passwd"),
            await fault(client, "read_screen", session="x" * 5000),
        ]
        refused = await call(client, "send_keys", session=session, keys="A<up>B<enter>")
        assert refused["refused"] == {"key": "B", "at": 6, "reason": "X <-o->"}
        await call(client, "submit", session=session)
        faults.append(await fault(client, "send_keys", session=session, keys="A"))
        return faults

    faults = work(bigiron, ["dmv"], agent)
    expected = ["did you mean <enter>?", "wants keys", 'did you mean "wait"?', "a text is wanted", "did you mean renew-moved?", "did you mean dmv?",
                'there is no argument "seed"', "there are dmv", "no session is called", "the session is over (submitted)"]
    for text, part in zip(faults, expected, strict=True):
        assert part in text and len(text) < 400


def test_an_agent_learns_neither_seeds_nor_warts_nor_other_tasks(bigiron):
    async def agent(client):
        replies = [await call(client, "list_systems"), await call(client, "list_tasks"), await call(client, "open_session")]
        session = replies[-1]["session"]
        replies.append(await call(client, "send_keys", session=session, keys="CLK042IRON<enter>", observe={"fields": "all", "cells": True}))
        other = await fault(client, "open_session", task="renew")
        tools = [tool.model_dump_json() for tool in (await client.list_tools()).tools]
        return json.dumps(replies) + "".join(tools), [task["task"] for task in replies[1]["tasks"]], other

    seen, tasks, other = work(bigiron, ["dmv", "--task", "renew-moved", "--seed", "918273645", "--warts", "lost_renewal"], agent)
    assert tasks == ["renew-moved"] and "for the task" in other
    assert "918273645" not in seen and "lost_renewal" not in seen and "wart" not in seen and "playbook" not in seen
