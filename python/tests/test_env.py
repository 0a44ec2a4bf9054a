"""One environment, as Gymnasium's tools and a learner see it."""

import copy
import os
import pickle
import threading
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import bigiron

IDS = [task["id"] for task in bigiron.tasks()]
RENEW = "bigiron/dmv-renew-v0"
EXPIRY = "bigiron/dmv-read-expiry-v0"


def play(env, actions):
    """Does actions given as text; the last step's results."""
    number = {name: n for n, name in enumerate(env.unwrapped.actions)}
    result = None
    for action in actions:
        result = env.step(number[action])
    return result


def sign_on(env):
    """The actions that sign on, from the values that the goal tells."""
    tokens = env.unwrapped.tokens
    return ["<field 0>", f"<token {tokens.index(tokens[0])}>", "<field 1>", "<token 1>", "<enter>"]


@pytest.mark.parametrize("id", IDS)
def test_gymnasiums_checker_is_content(id):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(id, render_mode="ansi").unwrapped)


def test_every_way_to_render():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(RENEW, render_mode="rgb_array", goal="text").unwrapped)
    env = gymnasium.make(RENEW, render_mode="rgb_array")
    env.reset(seed=1)
    picture = env.render()
    assert picture.shape == (25 * 15, 80 * 9, 3) and picture.any()
    env = gymnasium.make(RENEW, render_mode="ansi")
    env.reset(seed=1)
    lines = env.render().splitlines()
    assert len(lines) == 25 and "STATE DEPARTMENT OF MOTOR VEHICLES" in lines[0]


def test_a_human_sees_the_screen(capsys):
    env = gymnasium.make(RENEW, render_mode="human")
    env.reset(seed=1)
    assert "MOTOR VEHICLES" in capsys.readouterr().out


def test_the_same_seed_and_actions_are_the_same_episode():
    rng = np.random.default_rng(0)
    actions = rng.integers(0, 130, 200)

    def run():
        env = gymnasium.make(RENEW, warts="all").unwrapped
        seen = [env.reset(seed=5)]
        seen += [env.step(action) for action in actions[:120]]
        return seen, env.state_hash()

    (first, hash_one), (second, hash_two) = run(), run()
    assert hash_one == hash_two
    for one, two in zip(first, second, strict=True):
        for part in one[0]:
            np.testing.assert_array_equal(one[0][part], two[0][part])
        assert one[1:] == two[1:]


def test_a_fork_a_copy_and_a_pickle_go_on_alike():
    env = gymnasium.make(RENEW, actions="all", warts="lost_renewal").unwrapped
    env.reset(seed=3)
    play(env, sign_on(env))
    others = [env.fork(), copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    rng = np.random.default_rng(1)
    for action in rng.integers(0, env.action_space.n - 1, 60):
        seen = env.step(action)
        for other in others:
            again = other.step(action)
            assert again[1:] == seen[1:]
            for part in seen[0]:
                np.testing.assert_array_equal(again[0][part], seen[0][part])
        assert {other.state_hash() for other in others} == {env.state_hash()}
        if seen[2] or seen[3]:
            break


def test_a_snapshot_brings_back_what_was():
    env = gymnasium.make(RENEW, actions="all").unwrapped
    env.reset(seed=3)
    state, before = env.snapshot(), env.state_hash()
    play(env, sign_on(env))
    assert env.state_hash() != before
    env.restore(state)
    assert env.state_hash() == before


def test_a_solved_task_ends_with_reward_and_a_grade():
    env = gymnasium.make(EXPIRY, actions="all").unwrapped
    _, info = env.reset(seed=2)
    assert "password" in info["goal"]
    play(env, sign_on(env))
    _, reward, terminated, truncated, info = play(env, ["<done>"])
    assert (reward, terminated, truncated, info["outcome"]) == (0.0, True, False, "failed")
    assert env.grade().startswith("failed")


def test_wrong_input_is_answered_with_what_would_be_right():
    with pytest.raises(Exception, match="bigiron"):
        gymnasium.make("bigiron/dmv-renwe-v0")
    with pytest.raises(KeyError, match="did you mean `bigiron/dmv-renew-v0`"):
        bigiron.TerminalEnv("bigiron/dmv-renwe-v0")
    with pytest.raises(KeyError, match="did you mean `auto_wait`"):
        bigiron.TerminalEnv(RENEW, autowait=True)
    with pytest.raises(ValueError, match="lost_renewal"):
        bigiron.TerminalEnv(RENEW, warts="lost_renwal")
    env = bigiron.TerminalEnv(RENEW)
    with pytest.raises(RuntimeError, match="call reset first"):
        env.step(0)
    with pytest.raises(ValueError, match="warts are known"):
        env.reset(options={"wart": "all"})
    env.reset(seed=0)
    for action in (-1, 100_000):
        with pytest.raises(IndexError, match="out of range"):
            env.step(action)
    play(env, ["<done>"])
    with pytest.raises(RuntimeError, match="the episode is over"):
        env.step(0)
    with pytest.raises(RuntimeError, match="action_mask=True"):
        env.action_masks()


def test_a_mask_names_what_does_something():
    env = gymnasium.make(RENEW, action_mask=True).unwrapped
    seen, _ = env.reset(seed=0)
    number = {name: n for n, name in enumerate(env.actions)}
    assert seen["action_mask"][number["A"]] == 1
    assert seen["action_mask"][number["<reset>"]] == 0
    assert env.action_masks().dtype == bool


def test_threads_and_forks_of_the_process_do_no_harm():
    def work(seed, hashes):
        env = gymnasium.make(RENEW).unwrapped
        env.reset(seed=seed)
        for action in range(90):
            env.step(action)
        hashes[seed] = env.state_hash()

    hashes = {}
    threads = [threading.Thread(target=work, args=(seed, hashes)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = {}
    for seed in range(8):
        work(seed, again)
    assert hashes == again
    child = os.fork()
    if child == 0:
        mine = {}
        work(3, mine)
        os._exit(0 if mine[3] == hashes[3] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
