"""Environments that step together."""

import os

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import bigiron
from bigiron import _bigiron

RENEW = "bigiron/dmv-renew-v0"


def number(envs, name):
    return envs.actions.index(name)


def test_a_batch_behaves_as_each_alone():
    envs = gymnasium.make_vec(RENEW, num_envs=6, warts="all", threads=1)
    assert isinstance(envs, bigiron.TerminalVectorEnv)
    singles = [gymnasium.make(RENEW, warts="all").unwrapped for _ in range(6)]
    seen, _ = envs.reset(seed=10)
    alone = [env.reset(seed=10 + n)[0] for n, env in enumerate(singles)]
    rng = np.random.default_rng(0)
    for _ in range(80):
        for part in seen:
            for n in range(6):
                np.testing.assert_array_equal(seen[part][n], alone[n][part])
        actions = rng.integers(0, number(envs, "<done>"), 6)
        seen, *_ = envs.step(actions)
        alone = [env.step(action)[0] for env, action in zip(singles, actions, strict=True)]
    assert envs.state_hashes() == [env.state_hash() for env in singles]


def test_threads_change_nothing():
    hashes = set()
    for threads in (1, 2, 0):
        envs = bigiron.make_vec(RENEW, 300, threads=threads, warts="all")
        envs.reset(seed=1)
        rng = np.random.default_rng(2)
        for _ in range(20):
            envs.step(rng.integers(0, envs.single_action_space.n, 300))
        hashes.add(tuple(envs.state_hashes()))
    assert len(hashes) == 1


def ended(mode):
    envs = bigiron.make_vec(RENEW, 3, autoreset_mode=mode, detailed_info=True)
    envs.reset(seed=4)
    assert envs.metadata["autoreset_mode"] == mode
    done = number(envs, "<done>")
    return envs, envs.step(np.array([0, done, 0]))


def test_the_next_episode_begins_with_the_next_step():
    envs, (_, _, terminated, _, info) = ended(AutoresetMode.NEXT_STEP)
    assert terminated.tolist() == [False, True, False]
    assert info["outcome"].tolist() == ["running", "failed", "running"]
    _, rewards, terminated, _, info = envs.step(np.zeros(3, np.int64))
    assert not terminated.any() and rewards[1] == 0
    assert info["keys"].tolist() == [2, 0, 2]


def test_the_next_episode_begins_with_the_same_step():
    envs, (seen, _, terminated, _, info) = ended(AutoresetMode.SAME_STEP)
    assert terminated.tolist() == [False, True, False]
    assert info["_final_obs"].tolist() == [False, True, False]
    final = info["final_obs"][1]
    kept = {part: array.copy() for part, array in final.items()}
    assert bytes(final["goal"]) != bytes(seen["goal"][1])
    envs.step(np.array([1, number(envs, "<done>"), 1]))
    for part in kept:
        np.testing.assert_array_equal(final[part], kept[part])
    assert info["final_info"]["outcome"][1] == "failed"


def test_no_episode_begins_by_itself():
    envs, _ = ended(AutoresetMode.DISABLED)
    with pytest.raises(RuntimeError, match="environment 1: the episode is over"):
        envs.step(np.zeros(3, np.int64))
    before = envs.state_hashes()
    envs.reset(options={"reset_mask": np.array([False, True, False])})
    after = envs.state_hashes()
    assert (after[0], after[2]) == (before[0], before[2]) and after[1] != before[1]
    envs.step(np.zeros(3, np.int64))


def test_wrong_arrays_and_actions_are_refused():
    batch = _bigiron.Batch(RENEW, 2)
    with pytest.raises(RuntimeError, match="call bind first"):
        batch.step(np.zeros(2, np.int64))
    with pytest.raises(KeyError, match="no buffer `plane`"):
        batch.bind({"plane": np.zeros(3, np.uint8)})
    with pytest.raises(TypeError, match="`planes` must be an array of uint8"):
        batch.bind({"planes": np.zeros(3, np.float32)})
    with pytest.raises(ValueError, match="15360 are expected"):
        batch.bind({"planes": np.zeros(3, np.uint8)})
    with pytest.raises(ValueError, match="share memory"):
        both = np.zeros(15360, np.uint8)
        batch.bind({"planes": both, "answer": both})
    frozen = np.zeros(15360, np.uint8)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="cannot be written"):
        batch.bind({"planes": frozen})
    with pytest.raises(ValueError, match="not contiguous"):
        batch.bind({"planes": np.zeros((15360, 2), np.uint8)[:, 0]})
    envs = bigiron.make_vec(RENEW, 2)
    envs.reset(seed=0)
    hashes = envs.state_hashes()
    with pytest.raises(IndexError, match="environment 1: action 9999 is out of range"):
        envs.step(np.array([1, 9999]))
    with pytest.raises(ValueError, match="2 are expected"):
        envs.step(np.zeros(3, np.int64))
    assert envs.state_hashes() == hashes


def test_a_forked_process_has_threads_of_its_own():
    envs = bigiron.make_vec(RENEW, 256, threads=2)
    envs.reset(seed=0)
    envs.step(np.zeros(256, np.int64))
    child = os.fork()
    if child == 0:
        envs.step(np.ones(256, np.int64))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_vector_renders_each():
    envs = bigiron.make_vec(RENEW, 2, render_mode="ansi", goal="text")
    seen, _ = envs.reset(seed=0)
    assert len(seen["goal"]) == 2 and seen["goal"][0] != seen["goal"][1]
    assert all("MOTOR VEHICLES" in text for text in envs.render())
