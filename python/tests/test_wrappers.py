"""The wrappers."""

import warnings

import gymnasium
import pytest
from gymnasium.utils.env_checker import check_env

from bigiron.wrappers import ActionMask, CleanTwin, FrameText, GoalText, WartCurriculum

RENEW = "bigiron/dmv-renew-v0"


def test_the_clean_twin_has_no_warts():
    warted = CleanTwin(gymnasium.make(RENEW, warts="all"))
    clean = gymnasium.make(RENEW)
    warted.reset(seed=1)
    clean.reset(seed=1)
    assert warted.unwrapped.state_hash() == clean.unwrapped.state_hash()


def test_a_curriculum_follows_its_schedule():
    env = WartCurriculum(gymnasium.make(RENEW), ["lost_renewal"], lambda episode: min(1.0, episode / 2))
    hashes = []
    for _ in range(3):
        env.reset(seed=1)
        hashes.append(env.unwrapped.state_hash())
    assert len(set(hashes)) >= 2
    wrong = WartCurriculum(gymnasium.make(RENEW), ["lost_renewal"], lambda _: 2.0)
    with pytest.raises(ValueError, match="0 to 1 is expected"):
        wrong.reset(seed=1)


def test_text_for_language_models():
    env = GoalText(gymnasium.make(RENEW))
    text, _ = env.reset(seed=1)
    assert text.startswith("GOAL: Sign on to the licence desk")
    assert "KEYBOARD: free" in text and "OPERATOR ID" in text
    assert env.observation_space.contains(text)
    frame = FrameText(gymnasium.make(RENEW))
    text, _ = frame.reset(seed=1)
    assert len(text.splitlines()) == 25 and frame.observation_space.contains(text)
    for wrapper in (GoalText, FrameText):
        wrapped = wrapper(gymnasium.make(RENEW))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
            check_env(wrapped, skip_render_check=True)


def test_a_mask_samples_only_what_does_something():
    env = ActionMask(gymnasium.make(RENEW, action_mask=True))
    _, info = env.reset(seed=1)
    for _ in range(50):
        action = env.action_space.sample(info["action_mask"])
        assert env.action_masks()[action]
        _, _, terminated, truncated, info = env.step(action)
        if terminated or truncated:
            break
    with pytest.raises(ValueError, match="action_mask=True"):
        ActionMask(gymnasium.make(RENEW))
