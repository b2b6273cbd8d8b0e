"""ines is shown pages of "For you" with posts of bob, carol and others."""

from uuid import uuid4

import numpy as np
import pytest

from metya.wallets.models import Member
from social.posts.models import Post
from social.ranking.maths.features import FEATURES_VERSION, KEYS, PLACE, START
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, Slate, State
from tests import make


@pytest.fixture
def ines(db) -> Member:
    return make.member("ines")


@pytest.fixture
def champion(db) -> ModelVersion:
    return ModelVersion.objects.create(
        number=1, state=State.CHAMPION, weights=Weights.start().to_json(), features_version=FEATURES_VERSION
    )


@pytest.fixture
def show(champion):
    """show(member, posts, page=1, chain=None, x=None): what such a page leaves."""

    def shown(member: Member, posts: list[Post], *, page: int = 1, chain=None, x=None, **fields) -> Slate:
        rows = np.zeros((len(posts), len(KEYS))) if x is None else np.asarray(x, dtype="<f8")
        if x is None:
            # Every other has a picture, and each is a little older than the one before it.
            rows[::2, PLACE["has_picture"]] = 1
            rows[:, PLACE["recency"]] = np.linspace(1, 0.5, len(posts))
        made = {
            "member": member,
            "chain": chain or uuid4(),
            "page": page,
            "version": champion,
            "entries": [{"post": post.pk, "source": "following", "propensity": 1, "score": 0} for post in posts],
            "posts": np.array([post.pk for post in posts], dtype="<i8").tobytes(),
            "x": rows.tobytes(),
            "weights": START.astype("<f8").tobytes(),
            "features_version": FEATURES_VERSION,
        }
        return Slate.objects.create(**made | fields)

    return shown


@pytest.fixture
def posts(db) -> list[Post]:
    """Ten, each by somebody else."""
    return [make.post(make.member(), f"Post number {number}") for number in range(10)]


@pytest.fixture
def slate(ines, posts, show) -> Slate:
    return show(ines, posts)
