"""EASE against its definition, neighbours, and bridging between two camps."""

import numpy as np
import pytest

from social.ranking.maths.bridging import bridging
from social.ranking.maths.ease import fit, likes_of, neighbours
from social.ranking.maths.errors import RankingError


def likes(seed=1, users=60, items=12, share=0.3):
    table = np.random.default_rng(seed).random((users, items)) < share
    return table.astype(float), *np.nonzero(table)


def test_it_is_the_least_of_its_own_loss():
    """Each column against a ridge regression on the other items, which is what the zero diagonal means."""
    x, users, items = likes()
    model = fit(users, items + 100, lam=5.0)
    assert model.items.tolist() == list(range(100, 112))
    for column in range(12):
        rest = np.delete(np.arange(12), column)
        a = x[:, rest]
        ridge = np.linalg.solve(a.T @ a + 5.0 * np.eye(11), a.T @ x[:, column])
        assert np.allclose(model.weights[rest, column], ridge)
        assert model.weights[column, column] == 0


def test_twice_is_once_and_the_rest_is_left_out():
    x, users, items = likes()
    model = fit(np.concatenate((users, users)), np.concatenate((items, items)), lam=5.0)
    assert np.array_equal(model.weights, fit(users, items, lam=5.0).weights)
    small = fit(users, items, lam=5.0, most=4)
    counts = x.sum(axis=0)
    assert small.items.tolist() == sorted(sorted(range(12), key=lambda item: (-counts[item], item))[:4])
    names, known = likes_of([7, 7, 9], [int(small.items[1]), 999, 888], small.items)
    assert names.tolist() == [7, 9]
    assert known.toarray().tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert small.scores(known)[0].tolist() == small.weights[1].tolist()


def test_neighbours_are_those_who_are_liked_together():
    users = np.repeat(np.arange(40), 2)
    items = np.where(np.arange(80) % 4 < 2, np.arange(80) % 2, 10 + np.arange(80) % 2)
    found = neighbours(fit(users, items, lam=1.0), 3)
    assert found.items.tolist() == [0, 1, 10, 11]
    assert found.others.tolist() == [[1, -1, -1], [0, -1, -1], [11, -1, -1], [10, -1, -1]]
    assert (found.weights[:, 0] > 0.5).all() and not found.weights[:, 1:].any()


def test_nobody_liked_anything():
    model = fit([], [])
    assert neighbours(model, 5).others.shape[0] == 0
    assert likes_of([], [], model.items)[1].shape == (0, 0)


@pytest.mark.parametrize("given", [([1], [1], 0.0), ([1], [1], np.nan), ([1, 2], [1], 1.0), ([1.5], [1], 1.0)])
def test_what_is_refused(given):
    with pytest.raises(RankingError):
        fit(*given)


def camps(seed=2, people=200):
    """Posts 0–9 please the first camp and anger the other, 10–19 the other way, 20 pleases most, 21 angers most."""
    chance = np.random.default_rng(seed)
    rows = []
    for member in range(people):
        first = member < people * 0.6
        for post in range(22):
            pleased = {20: 0.85, 21: 0.15}.get(post, 0.9 if (post < 10) == first else 0.1)
            if chance.random() < 0.6:
                rows.append((member, post, 1 if chance.random() < pleased else -1))
    rows.append((0, 22, 1))
    return [list(column) for column in zip(*rows, strict=True)]


def test_bridging_is_not_popularity():
    """The large camp's favourites have more likes than dislikes, and still no bridge."""
    members, posts, reactions = camps()
    found = bridging(members, posts, reactions)
    assert found.posts.tolist() == list(range(23))
    assert found.scores.argmax() == 20
    assert found.scores.argmin() == 21
    assert found.scores[20] > 2 * np.abs(found.scores[:20]).max()
    assert 0 < found.scores[22] < 0.3


def test_bridging_is_the_same_every_time_and_for_turned_camps():
    members, posts, reactions = camps()
    first = bridging(members, posts, reactions)
    assert first.scores.tobytes() == bridging(members, posts, reactions).scores.tobytes()
    order = np.random.default_rng(3).permutation(len(members))
    again = bridging(*(np.asarray(column)[order] for column in (members, posts, reactions)))
    assert np.allclose(first.scores, again.scores, atol=1e-9)


def test_bridging_of_nothing_and_of_nonsense():
    assert bridging([], [], []).posts.tolist() == []
    for bad in ([2.0], [np.nan], [1.0, 1.0]):
        with pytest.raises(RankingError):
            bridging([1], [1], bad)
