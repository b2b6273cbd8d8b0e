"""Who is told what, once; and what is not said."""

import pytest
from django.db import transaction

from social.follows.models import Block, Mute
from social.live import carrier
from social.notifications import actions, reads
from social.notifications.actions import Notice
from tests import make


def told(member):
    return list(member.notifications.order_by("pk").values_list("kind", "key"))


@pytest.fixture
def sent(monkeypatch):
    """The live events that were published."""
    events = []
    monkeypatch.setattr(carrier, "send", events.append)
    return events


def test_a_notification_arrives_once(alice, bob):
    post = make.post(alice)
    for _ in range(3):
        actions.notify(member=alice, kind="like", actor=bob, post=post, key=f"like:{post.pk}:{bob.pk}")
    assert told(alice) == [("like", f"like:{post.pk}:{bob.pk}")]
    row = alice.notifications.get()
    assert (row.actor, row.post, row.read_at) == (bob, post, None)


def test_the_same_key_for_two_members_is_two_notifications(alice, bob):
    for member in (alice, bob):
        actions.notify(member=member, kind="notice", text="Welcome", url="/help/", key="welcome")
    assert told(alice) == told(bob) == [("notice", "welcome")]


def test_nobody_is_told_of_their_own_deeds(alice):
    actions.notify(member=alice, kind="reply", actor=alice, key="reply:1")
    assert told(alice) == []


@pytest.mark.parametrize(("model", "back"), [(Block, False), (Block, True), (Mute, False)])
def test_blocked_and_muted_people_do_not_ring(alice, bob, sent, model, back, django_capture_on_commit_callbacks):
    source, target = (bob, alice) if back else (alice, bob)
    model.objects.create(source=source, target=target)
    with django_capture_on_commit_callbacks(execute=True):
        actions.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    assert told(alice) == []
    assert sent == []


def test_being_muted_does_not_stop_ones_own_bell(alice, bob):
    Mute.objects.create(source=bob, target=alice)
    actions.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    assert told(alice) == [("follow", "follow:1")]


def test_the_system_tells_without_an_actor(alice):
    actions.notify(member=alice, kind="payout", text="12.40 MET", url="/rewards/", key="payout:1")
    row = alice.notifications.get()
    assert (row.actor, row.text, row.url, row.target_url) == (None, "12.40 MET", "/rewards/", "/rewards/")


def test_a_long_text_is_cut_and_not_refused(alice):
    actions.notify(member=alice, kind="notice", text="x" * 1000, key="notice:1")
    assert len(alice.notifications.get().text) == 300


@pytest.mark.parametrize("before", [0, 30])
def test_it_takes_three_queries_or_four_however_much_is_told_together(alice, bob, before, django_assert_num_queries):
    post = make.post(alice)
    for number in range(before):
        actions.notify(member=alice, kind="like", actor=bob, post=post, key=f"like:{number}")
    with transaction.atomic(), django_assert_num_queries(5):  # with the savepoint and its release
        actions.notify(member=alice, kind="reply", actor=bob, key="reply:1")
    with transaction.atomic(), django_assert_num_queries(6):
        actions.notify(member=alice, kind="like", actor=bob, post=post, key="like:new")


def test_many_are_told_at_once_and_again_without_effect(alice, bob, carol, django_assert_num_queries):
    notices = [Notice(member.pk, "Paid", "/rewards/", "payout:3") for member in (alice, bob, carol)]
    with transaction.atomic(), django_assert_num_queries(4):
        actions.notify_many(kind="payout", notices=notices)
    actions.notify_many(kind="payout", notices=notices)
    assert told(alice) == told(carol) == [("payout", "payout:3")]


def test_the_bell_is_rung_after_the_commit_only(alice, bob, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        actions.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    assert sent == []
    for callback in callbacks:
        callback()
    assert sent == [{"t": "notifications", "newest": [[alice.pk, alice.notifications.get().pk]]}]


def test_likes_undone_and_repeated_are_one_notification(alice, bob):
    def like():
        actions.notify(member=alice, kind="like", actor=bob, key="like:1")

    like()
    actions.withdraw(member=alice, key="like:1")
    assert told(alice) == []
    like()
    assert len(told(alice)) == 1


def test_what_was_read_stays_and_does_not_ring_again(alice, bob):
    actions.notify(member=alice, kind="like", actor=bob, key="like:1")
    actions.mark_read(actor=alice)
    actions.withdraw(member=alice, key="like:1")
    actions.notify(member=alice, kind="like", actor=bob, key="like:1")
    assert len(told(alice)) == 1
    assert reads.bell_of(alice).unread == 0


def test_withdrawing_touches_only_that_member_and_key(alice, bob, carol):
    for member in (alice, carol):
        for key in ("like:1", "like:2"):
            actions.notify(member=member, kind="like", actor=bob, key=key)
    actions.withdraw(member=alice, key="like:1")
    assert told(alice) == [("like", "like:2")]
    assert len(told(carol)) == 2


def test_reading_up_to_an_id_leaves_what_came_after(alice, bob, carol):
    for number in range(3):
        actions.notify(member=alice, kind="notice", text="x", key=f"notice:{number}")
    actions.notify(member=carol, kind="notice", text="x", key="notice:1")
    second = alice.notifications.order_by("pk")[1]
    assert actions.mark_read(actor=alice, up_to=second.pk) == 2
    assert actions.mark_read(actor=alice, up_to=second.pk) == 0
    assert reads.bell_of(alice).unread == 1
    assert actions.mark_read(actor=alice) == 1
    assert reads.bell_of(carol).unread == 1
