"""The HTTP door by OpenEnv's own validator and client."""

import re

import pytest
from openenv import GenericEnvClient
from openenv.cli._validation import validate_running_environment


@pytest.fixture
def url(serve):
    return "http://" + serve("dmv", "bank", "--http", "127.0.0.1:0", "--clock", "turn")["http"]


@pytest.fixture
def env(url):
    with GenericEnvClient(base_url=url).sync() as client:
        yield client


def test_the_validator_passes_everything(url):
    report = validate_running_environment(url)
    assert report["passed"], report
    assert (report["mode"], report["standard_profile"]) == ("simulation", "openenv-http/1.x")
    assert all(criterion["passed"] for criterion in report["criteria"])


def shown(result):
    return result.observation["screen"]["rows"][0]


def test_an_episode_from_reset_to_reward(env):
    first = env.reset(task="read-expiry", seed=3)
    assert first.reward is None and not first.done and "DMVS00" in shown(first)
    words = first.observation["goal"].replace(",", "").replace(".", "").replace("?", "").split()
    operator, password = words[words.index("as") + 1], words[words.index("password") + 1]
    licence = next(word for word in words if len(word) == 8 and word[1:].isdigit())
    tab = "<tab>" if len(operator) < 6 else ""
    menu = env.step({"keys": f"{operator}{tab}{password}<enter>"})
    assert "DMVM01" in shown(menu) and menu.reward == 0.0
    inquiry = env.step({"keys": f"INQ<tab>{licence}<enter>", "observe": {"fields": "all"}})
    expires = next(field["value"] for field in inquiry.observation["screen"]["fields"] if field["label"] == "EXPIRES")
    last = env.step({"keys": "", "submit": expires})
    assert last.done and last.reward == 1.0 and last.observation["ended"] == "submitted"
    # The grade is the trainer's; what the agent observes has nothing of it.
    assert last.metadata["grade"]["outcome"] == "solved" and "grade" not in last.observation
    with pytest.raises(RuntimeError, match="the session is over"):
        env.step({"keys": "<enter>"})


def test_an_episode_at_terminals_in_two_systems(env):
    first = env.reset(task="member-expiry", seed=3).observation
    assert (first["systems"], first["at"]) == (["dmv", "claims"], "dmv")
    goal = r"operator (\w+), password (\w+)\).*user (\w+), password (\w+)\).*member (\S+) (\S+) expire"
    operator, password, user, secret, name, last = re.search(goal, first["goal"]).groups()

    def sign_on(at, who, word, length):
        tab = "<tab>" if len(who) < length else ""
        return env.step({"at": at, "keys": f"{who}{tab}{word}<enter>"}).observation

    assert sign_on("claims", user, secret, 6)["at"] == "claims"
    # Without a name the terminal that one is at is meant.
    env.step({"keys": "=1<enter>"})
    members = env.step({"keys": f"{last}<enter>"}).observation
    [row] = [row for row in members["screen"]["rows"] if f" {last} " in row and f" {name} " in row]
    licence = re.findall(r"\b[A-Z]\d{7}\b", row)[-1]
    sign_on("dmv", operator, password, 6)
    inquiry = env.step({"keys": f"INQ<tab>{licence}<enter>", "observe": {"fields": "all"}}).observation
    expires = next(field["value"] for field in inquiry["screen"]["fields"] if field["label"] == "EXPIRES")
    assert env.step({"keys": "", "submit": expires}).reward == 1.0


def test_the_seed_decides_the_episode(env):
    goals = [env.reset(task="read-photo", seed=seed).observation["goal"] for seed in (1, 2, 1)]
    assert goals[0] == goals[2] != goals[1]
    hashes = []
    for _ in range(2):
        env.reset(seed=5, warts="all")
        env.step({"keys": "CLK042IRON<enter>"})
        hashes.append(env.state()["state_hash"])
    assert hashes[0] == hashes[1]


def test_a_trainer_sees_inside(env):
    begun = env.reset(system="bank", seed=9, episode_id="mine")
    assert begun.observation["goal"] is None and begun.metadata == {"episode_id": "mine"}
    env.step({"keys": "<enter>", "wait": 1000})
    state = env.state()
    assert (state["episode_id"], state["system"], state["seed"], state["step_count"]) == ("mine", "bank", 9, 1)
    assert state["time_ms"] >= 1000 and len(state["state_hash"]) == 16
    # Without a task there is nothing to reward.
    assert env.step({"keys": "", "submit": True}).reward is None


def test_connections_do_not_see_each_other(url):
    with GenericEnvClient(base_url=url).sync() as one, GenericEnvClient(base_url=url).sync() as other:
        one.reset()
        other.reset()
        one.step({"keys": "CLK042IRON<enter>"})
        assert "DMVS00" in shown(other.step({"keys": "<home>"}))


def test_faults_are_told_and_the_episode_goes_on(env):
    with pytest.raises(RuntimeError, match="SESSION_ERROR"):
        env.step({"keys": ""})
    with pytest.raises(RuntimeError, match="did you mean read-photo"):
        env.reset(task="read-phot")
    env.reset()
    for action, words in [({"kees": ""}, "keys is wanted"), ({"keys": "", "wait": "long"}, "wait: a whole number")]:
        with pytest.raises(RuntimeError, match=words):
            env.step(action)
    assert env.step({"keys": "<etner>"}).observation["error"]["message"].endswith("did you mean <enter>?")
    assert "DMVM01" in shown(env.step({"keys": "CLK042IRON<enter>"}))
