"""The registry, how facts become numbers, and a model's way to and from text."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.ranking.maths import features
from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import CLIP, FEATURES, FEATURES_VERSION, KEYS, START
from social.ranking.maths.textfiles import dump
from social.ranking.maths.weights import Weights, _checksum

WIDE = len(KEYS)


def test_the_registry_is_whole():
    assert 24 <= WIDE <= 40
    assert len(set(KEYS)) == WIDE
    assert all(key.isidentifier() and key.islower() for key in KEYS)
    assert all(feature.scale > 0 for feature in FEATURES)
    assert features.version_of(KEYS) == FEATURES_VERSION
    assert features.version_of(KEYS[::-1]) != FEATURES_VERSION
    with pytest.raises(ValueError, match="read-only"):
        START[0] = 9


def test_a_fresh_community_gets_a_fair_feed():
    """A fresh post of somebody one follows is before a day-old favourite of all, and that before an old post of a stranger."""
    raw = np.zeros((4, WIDE))
    recency, follows, likes, seen = (features.PLACE[key] for key in ("recency", "follows_author", "likes_all", "seen"))
    raw[:, recency] = features.recency([3_600, 86_400, 3 * 86_400, 3_600])
    raw[[0, 3], follows] = 1
    raw[1, likes] = features.log_count(50)
    raw[3, seen] = 1
    scores = features.standardise(raw) @ START
    assert scores[0] > scores[3] > scores[1] > scores[2]


def test_recency_halves_every_six_hours():
    assert features.recency([0, 6 * 3600, 12 * 3600, -5]).tolist() == [1, 0.5, 0.25, 1]


def test_affinity_and_counts_saturate():
    assert features.affinity() == 0
    assert features.affinity(likes=4) == features.affinity(reposts=1)
    assert features.affinity(likes=-3) == 0
    steps = np.diff(features.affinity(likes=np.arange(50)))
    assert (steps > 0).all() and (np.diff(steps) < 0).all()
    assert features.affinity(replies=10**12) < 1
    assert features.log_count([0, 3, -7]).tolist() == [0, math.log(4), 0]


def test_texts_are_alike_by_their_words():
    fox = features.text_vector("The quick brown fox jumps")
    assert features.cosine(fox, fox) == pytest.approx(1)
    alike, other, nothing = (features.text_vector(t) for t in ("A Quick, brown FOX!", "Steuern und Abgaben", " … 🦊"))
    found = features.cosine(fox, np.vstack((alike, other, nothing)))
    assert found[0] > 0.7 and abs(found[1]) < 0.3 and found[2] == 0
    assert features.words("日本語の文") == ["日本", "本語", "語の", "の文"]


@given(st.text(max_size=200))
def test_any_text_has_a_vector_of_length_one_or_zero(text):
    length = float(np.linalg.norm(features.text_vector(text)))
    assert length == pytest.approx(1) or length == 0


def test_standardising_clips_and_refuses():
    assert features.standardise([[5.0, -100.0, 1e300]], [1, 0, 0], [2, 1, 1]).tolist() == [[2, -CLIP, CLIP]]
    for bad, code in (
        ([[np.nan]], "not-finite"),
        ([[-np.inf]], "not-finite"),
        ([["x"]], "not-numbers"),
        ([1.0], "wrong-shape"),
    ):
        with pytest.raises(RankingError) as refused:
            features.standardise(bad, [0], [1])
        assert refused.value.code == code
    with pytest.raises(RankingError, match="scale"):
        features.standardise([[1.0]], [0], [0])


def test_a_model_comes_back_as_it_went():
    model = Weights(START / 3, {"b": np.full(WIDE, 0.1), "a": -START})
    text = model.to_json()
    again = Weights.from_json(text)
    assert again.theta.tobytes() == model.theta.tobytes()
    assert list(again.offsets) == ["a", "b"]
    assert again.to_json() == text == Weights(START / 3, {"a": -START, "b": np.full(WIDE, 0.1)}).to_json()


def test_a_cut_off_model_is_refused_wherever_it_is_cut():
    text = Weights.start().to_json()
    for end in range(0, len(text), 7):
        with pytest.raises(RankingError) as refused:
            Weights.from_json(text[:end])
        assert refused.value.code == "model-truncated"


def _altered(**changes):
    content = json.loads(Weights.start().to_json())
    content.pop("checksum")
    content |= changes
    return dump(content | {"checksum": _checksum(content)})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "model-incomplete"),
        ("{}", "model-altered"),
        (b"\xff\xfe", "model-truncated"),
        ("[" * 100_000, "model-truncated"),
        (Weights.start().to_json().replace("2.0", "3.0"), "model-altered"),
        ('{"theta":NaN}', "not-finite"),
        (_altered(format=2), "model-format"),
        (_altered(theta=[1.0]), "wrong-shape"),
        (_altered(theta=["1"] * WIDE), "model-incomplete"),
        (_altered(theta=[1e9] * WIDE), "too-large"),
        (_altered(offsets=[]), "model-incomplete"),
        (_altered(offsets={"a": [True] * WIDE}), "model-incomplete"),
        (_altered(features_version="0" * 64), "other-features"),
        (Weights(np.ones(2), keys=("one", "two")).to_json(), "other-features"),
    ],
)
def test_a_model_that_is_none_is_refused(text, code):
    with pytest.raises(RankingError) as refused:
        Weights.from_json(text)
    assert refused.value.code == code
