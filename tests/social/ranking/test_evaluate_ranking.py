"""The published protocol: reading files of ratings, splitting, measuring, and the command that prints it."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from social.ranking.maths import movielens
from social.ranking.maths.errors import RankingError
from social.ranking.maths.movielens import PROTOCOLS


def camps(users=60, items=20, seed=1):
    """Every user rates most of one half of the items."""
    chance = np.random.default_rng(seed)
    rows = [
        (user, item, int(chance.integers(1, 6)))
        for user in range(users)
        for item in range(items)
        if (user % 2 == item % 2) and chance.random() < 0.8
    ]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def written(place, form, rows=None, head=""):
    place.write_text(head + "".join(form.format(*row) for row in rows or camps()))
    return place


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("{}\t{}\t{}\t881250949\n", ""),
        ("{}::{}::{}::881250949\n", ""),
        ("{},{},{}.0,881250949\n", "userId,movieId,rating,timestamp\n"),
        ("{}\t{}\t{}\n", ""),
    ],
)
def test_the_layouts_are_read(tmp_path, form, head):
    found = movielens.read(written(tmp_path / "r", form, head=head))
    assert list(zip(found.users.tolist(), found.items.tolist(), found.stars.tolist(), strict=True)) == camps()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "r: has no ratings"),
        ("userId,movieId,rating,timestamp\n", "r: has no ratings"),
        ("hello\n", "r:1: must be user, item, rating"),
        ("1\t2\t3\t4\n1\t2\n", "r:2: is no rating"),
        ("1\t2\t3\t4\n1\tx\t3\t4\n", "r:2: is no rating"),
        ("1\t2\tnan\t4\n", "r:1: is out of range"),
        ("1\t2\t99\t4\n", "r:1: is out of range"),
        ("-1\t2\t3\t4\n", "r:1: is out of range"),
        ("1\t2\t3\t4\n1\t2\t5\t9\n", "user 1 rated item 2 twice"),
        ("movieId,title,genres\n1,Heat,Crime\n", "r:1: is no rating"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, text, told):
    place = tmp_path / "r"
    place.write_text(text)
    with pytest.raises(RankingError) as refused:
        movielens.read(place)
    assert told in str(refused.value)


def test_an_archive_and_no_file_are_told(tmp_path):
    (tmp_path / "ml.zip").write_bytes(b"PK\x03\x04\xff\xfe\x80")
    for name, told in (("ml.zip", "unpacked first"), ("none", "No such file"), (".", "Is a directory")):
        with pytest.raises(RankingError, match=told):
            movielens.read(tmp_path / name)


def test_splits_are_of_the_right_size_and_do_not_meet(tmp_path):
    ratings = movielens.read(written(tmp_path / "r", "{}\t{}\t{}\n"))
    for protocol in PROTOCOLS:
        train, test = movielens.split(ratings, protocol, seed=3)
        assert len(train) + len(test) == len(ratings)
        assert not set(zip(train.users, train.items, strict=True)) & set(zip(test.users, test.items, strict=True))
        assert len(test) == pytest.approx(len(ratings) * protocol.test_part, abs=25)
    whole, part = np.bincount(ratings.users), np.bincount(test.users)
    assert part.tolist() == np.rint(whole * 0.25).astype(int).tolist()
    again = movielens.split(ratings, protocol, seed=3)[1]
    assert np.array_equal(again.items, test.items)
    assert not np.array_equal(movielens.split(ratings, protocol, seed=4)[1].items, test.items)


def test_the_camps_are_found(tmp_path):
    """Seven or eight of ten are known, so two or three are left to find, and those stand before the other camp's."""
    ratings = movielens.read(written(tmp_path / "r", "{}\t{}\t{}\n"))
    for protocol in PROTOCOLS:
        found = movielens.evaluate(ratings, protocol, draws=2, lam=5.0)
        assert found.recall > 0.97
        assert found.ndcg > 0.6


def test_a_user_without_anything_in_training_counts_as_missed():
    ratings = movielens.Ratings(np.array([1, 1, 1, 2]), np.array([1, 2, 3, 1]), np.full(4, 5.0))
    train, test = ratings.of(np.array([True, True, False, False])), ratings.of(np.array([False, False, True, True]))
    found = movielens._once(train, test, 1.0, 10)
    assert found.users == 2 and found.ndcg == 0


def test_the_command_prints_beside_the_published_rows(tmp_path, capsys):
    call_command("evaluate_ranking", str(written(tmp_path / "u.data", "{}\t{}\t{}\t0\n")), "--draws=1", "--strength=5")
    lines = capsys.readouterr().out.splitlines()
    assert "ratings, mean of 1 splits" in lines[0]
    assert lines[2].split()[:2] == ["random", "80/20"] and lines[2].endswith("0.4402")
    assert lines[3].split()[:3] == ["per", "user", "75/25"] and lines[3].endswith("0.4751")


@pytest.mark.parametrize("extra", [["--draws=0"], ["--at-least=99"], ["--strength=0"]])
def test_the_command_refuses_in_words(tmp_path, extra):
    place = written(tmp_path / "u.data", "{}\t{}\t{}\t0\n")
    with pytest.raises(CommandError):
        call_command("evaluate_ranking", str(place), *extra)
    with pytest.raises(CommandError, match="No such file"):
        call_command("evaluate_ranking", str(tmp_path / "none"))
