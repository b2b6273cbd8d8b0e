"""The bell and the page: what counts, what is not shown, and at what cost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.wallets.models import Member
from social.follows.models import Block, Follow, Mute
from social.notifications import reads
from social.notifications.models import Notification
from tests import make


def tell(member, kind="like", **fields):
    fields.setdefault("key", f"{kind}:{Notification.objects.count()}")
    return Notification.objects.create(member=member, kind=kind, **fields)


def shown(member):
    return [row.pk for row in reads.notifications_page(member).items]


def test_newest_first_and_only_ones_own(alice, bob):
    first, second = tell(alice, actor=bob), tell(alice, actor=bob)
    tell(bob, actor=alice)
    page = reads.notifications_page(alice)
    assert [row.pk for row in page.items] == [second.pk, first.pk]
    assert (page.newest, page.next, page.unread) == (second.pk, None, True)


def test_nothing_yet(alice):
    assert reads.notifications_page(alice) == reads.NotificationsPage([], None, 0, False)
    assert (reads.bell_of(alice), reads.bell_label(0)) == (reads.Bell(0, 0), "")


def test_pages_follow_each_other(alice, bob):
    rows = [tell(alice, actor=bob).pk for _ in range(5)]
    first = reads.notifications_page(alice, size=2)
    assert ([row.pk for row in first.items], first.next) == (rows[:2:-1], rows[3])
    second = reads.notifications_page(alice, first.next, size=2)
    third = reads.notifications_page(alice, second.next, size=2)
    assert [row.pk for row in second.items + third.items] == rows[2::-1]
    assert third.next is None


@pytest.mark.parametrize(("model", "back"), [(Block, False), (Block, True), (Mute, False)])
def test_blocked_and_muted_people_vanish_from_page_and_bell(alice, bob, carol, model, back):
    tell(alice, actor=bob)
    kept = tell(alice, actor=carol)
    source, target = (bob, alice) if back else (alice, bob)
    model.objects.create(source=source, target=target)
    assert shown(alice) == [kept.pk]
    assert reads.bell_of(alice).unread == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"suspended_until": timezone.now() + timedelta(days=1)}])
def test_people_who_left_or_are_suspended_vanish(alice, bob, change):
    tell(alice, actor=bob)
    Member.objects.filter(pk=bob.pk).update(**change)
    assert shown(alice) == []
    assert reads.bell_of(alice).unread == 0


def test_a_suspension_that_is_over_hides_nothing(alice, bob):
    row = tell(alice, actor=bob)
    Member.objects.filter(pk=bob.pk).update(suspended_until=timezone.now() - timedelta(days=1))
    assert shown(alice) == [row.pk]


def test_a_deleted_post_takes_its_notification_along(alice, bob):
    post = make.post(bob)
    tell(alice, "reply", actor=bob, post=post)
    post.deleted_at = timezone.now()
    post.save()
    assert shown(alice) == []
    assert reads.bell_of(alice).unread == 0


def test_a_post_for_followers_is_told_of_while_one_follows(alice, bob):
    post = make.post(alice, visibility="followers")
    row = tell(bob, "mention", actor=alice, post=post)
    own = tell(alice, "like", actor=bob, post=post)
    assert (shown(bob), shown(alice)) == ([row.pk], [own.pk])
    Follow.objects.filter(source=bob).delete()
    assert (shown(bob), shown(alice)) == ([], [own.pk])


def test_the_bell_counts_to_ninety_nine(alice):
    Notification.objects.bulk_create(
        Notification(member=alice, kind="notice", text="x", key=f"notice:{number}") for number in range(150)
    )
    assert reads.bell_of(alice).unread == 100
    assert [reads.bell_label(number) for number in (1, 99, 100)] == ["1", "99", "99+"]


def test_the_bell_is_one_query(alice, bob, django_assert_num_queries):
    tell(alice, actor=bob)
    with django_assert_num_queries(1):
        assert reads.bell_of(alice).unread == 1


@pytest.mark.parametrize("rows", [3, 30])
def test_the_page_is_one_query_at_any_length(alice, rows, django_assert_num_queries):
    for _ in range(rows):
        actor = make.member()
        tell(alice, "reply", actor=actor, post=make.post(actor))
    with django_assert_num_queries(1):
        page = reads.notifications_page(alice, size=40)
        assert all(one.row.actor_name and one.row.target_url and one.row.icon for one in page.items)
    assert len(page.items) == rows
