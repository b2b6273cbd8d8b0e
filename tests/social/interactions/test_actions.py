"""Facts: recorded once, undone once, never about oneself."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from social.interactions import actions
from social.interactions.actions import Fact
from social.interactions.models import Interaction
from tests import make

pytestmark = pytest.mark.django_db


def test_what_stands_is_recorded_once(alice, carol):
    post = make.post(alice)
    for _again in range(3):
        actions.record(source=carol, target=alice, kind="like", post=post)
        actions.record(source=carol, target=alice, kind="follow")
    assert sorted(Interaction.objects.values_list("kind", flat=True)) == ["follow", "like"]


def test_oneself_is_no_fact(alice):
    actions.record(source=alice, target=alice, kind="like", post=make.post(alice))
    assert not Interaction.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.create(source=alice, target=alice, kind="follow")


def test_undoing_marks_the_standing_row_once(alice, carol):
    post = make.post(alice)
    actions.record(source=carol, target=alice, kind="like", post=post)
    assert actions.undo(source=carol, target=alice, kind="like", post=post) == 1
    moment = Interaction.objects.get().undone_at
    assert actions.undo(source=carol, target=alice, kind="like", post=post) == 0
    assert Interaction.objects.get().undone_at == moment


def test_an_unknown_kind_is_refused(alice, carol):
    with pytest.raises(ValueError):
        actions.record(source=carol, target=alice, kind="hug", post=make.post(alice))


def test_many_at_once_skips_what_stands_and_keeps_moments(alice, carol):
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    posts = [make.post(alice) for _number in range(5)]
    facts = [Fact(carol.pk, alice.pk, "like", post.pk, at=at) for post in posts]
    assert actions.record_many(facts * 2 + [Fact(alice.pk, alice.pk, "like", posts[0].pk)]) == 10
    assert Interaction.objects.count() == 5
    assert set(Interaction.objects.values_list("at", flat=True)) == {at}


def test_undoing_all_about_a_post(alice, bob, carol):
    post, other = make.post(alice), make.post(alice)
    reply = make.post(bob, in_reply_to=post, root=post)
    quote = make.post(carol, quote_of=post)
    for source, kind, about in ((bob, "like", post), (carol, "repost", post), (bob, "reply", reply), (carol, "quote", quote),
                                (bob, "like", other)):  # fmt: skip
        actions.record(source=source, target=alice, kind=kind, post=about)
    actions.record(source=alice, target=bob, kind="like", post=reply)
    assert actions.undo_about(post=post) == 4
    left = Interaction.objects.standing().exclude(kind="follow").values_list("source__handle", "kind", "post")
    assert sorted(left) == [("alice", "like", reply.pk), ("bob", "like", other.pk)]
