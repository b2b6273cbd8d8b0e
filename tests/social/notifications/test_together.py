"""What many people do to one post in one day is one line: who is in it, where it stands, what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets.models import Member
from social.follows import actions as follows
from social.follows.models import Block, Mute
from social.mutes import actions as mutes
from social.notifications import actions, reads
from social.notifications.models import Notification
from social.posts import actions as posts
from tests import make


def lines(member, **options):
    """(kind, who is named, how many others) of each line."""
    page = reads.notifications_page(member, **options)
    return [(one.row.kind, one.row.actor and one.row.actor.handle, one.others) for one in page.items]


def crowd(number):
    return [make.member() for _ in range(number)]


def like(post, *people):
    for person in people:
        posts.like(actor=person, post=post)


def heads_are_right(member):
    """In each bundle the newest and no other is the head."""
    newest = {}
    for row in Notification.objects.of(member).order_by("pk"):
        newest[row.bundle] = row.pk
    return set(Notification.objects.of(member).heads().values_list("pk", flat=True)) == set(newest.values())


def test_likes_of_one_post_are_one_line_and_one_on_the_bell(alice, bob, carol):
    post, other = make.post(alice), make.post(alice, "other")
    like(post, bob, carol)
    like(other, bob)
    posts.repost(actor=bob, post=post)
    assert lines(alice) == [("repost", "bob", 0), ("like", "bob", 0), ("like", "carol", 1)]
    assert reads.bell_of(alice).unread == 3 and heads_are_right(alice)
    told = reads.notifications_page(alice).items[2]
    assert (told.people, told.count, told.others_label, told.unread) == ((carol, bob), 2, "1", True)


def test_who_joins_moves_the_line_up(alice, bob, carol):
    post = make.post(alice)
    like(post, bob)
    posts.publish(actor=carol, text="@alice hello")
    assert [line[0] for line in lines(alice)] == ["mention", "like"]
    like(post, carol)
    assert lines(alice) == [("like", "carol", 1), ("mention", "carol", 0)]


def test_follows_of_a_day_are_one_line_and_the_next_day_is_another(alice, carol):
    dana, erin = crowd(2)
    for person in (carol, dana):
        follows.follow(actor=person, target=alice)
    Notification.objects.update(bundle="follow:2020-01-01")
    follows.follow(actor=erin, target=alice)
    assert lines(alice) == [("follow", erin.handle, 0), ("follow", dana.handle, 1)]


def test_answers_and_what_the_house_says_stand_alone(alice, bob, carol):
    post = make.post(alice)
    for person in (bob, carol):
        posts.publish(actor=person, text="yes", in_reply_to=post)
    for number in range(2):
        actions.notify(member=alice, kind="payout", text="x", key=f"payout:{number}")
    assert [line[0] for line in lines(alice)] == ["payout", "payout", "reply", "reply"]


def test_reading_reads_the_line_and_who_joins_makes_it_new(alice, bob, carol):
    post = make.post(alice)
    like(post, bob)
    actions.mark_read(actor=alice, up_to=reads.notifications_page(alice).newest)
    assert reads.bell_of(alice).unread == 0 and not reads.notifications_page(alice).unread
    like(post, carol)
    assert reads.bell_of(alice).unread == 1 and reads.notifications_page(alice).items[0].unread
    actions.mark_read(actor=alice)
    assert reads.bell_of(alice).unread == 0 and lines(alice) == [("like", "carol", 1)]


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize("who", [0, 1, 2])
def test_a_like_taken_back_leaves_the_line(alice, read, who):
    post, people = make.post(alice), crowd(3)
    like(post, *people)
    if read:
        actions.mark_read(actor=alice)
    posts.unlike(actor=people[who], post=post)
    left = [person for person in people if person != people[who]]
    assert lines(alice) == [("like", left[-1].handle, 1)] and heads_are_right(alice)
    like(post, people[who])
    assert reads.notifications_page(alice).items[0].count == 3 and heads_are_right(alice)
    assert reads.bell_of(alice).unread == (0 if read else 1), "it cannot ring twice"
    for person in people:
        posts.unlike(actor=person, post=post)
    assert lines(alice) == [] and reads.bell_of(alice).unread == 0


@pytest.mark.parametrize("newest", [True, False])
@pytest.mark.parametrize("how", ["block", "blocked", "mute", "muted for a while", "suspended", "left"])
def test_whom_one_does_not_meet_is_not_in_the_line(alice, bob, carol, how, newest):
    post, dana = make.post(alice), make.member("dana")
    like(post, *((bob, carol, dana) if newest else (dana, bob, carol)))
    if how in ("block", "blocked"):
        source, target = (alice, dana) if how == "block" else (dana, alice)
        Block.objects.create(source=source, target=target)
    elif how.startswith("mute"):
        until = timezone.now() + timedelta(hours=1) if how != "mute" else None
        Mute.objects.create(source=alice, target=dana, until=until)
    elif how == "suspended":
        Member.objects.filter(pk=dana.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    else:
        Member.objects.filter(pk=dana.pk).update(is_active=False)
    assert lines(alice) == [("like", "carol", 1)]
    told = reads.notifications_page(alice).items[0]
    assert dana not in told.people and reads.bell_of(alice).unread == 1
    assert [row.actor for row in reads.told_people(alice, told.pk)[1].items] == [carol, bob]
    Mute.objects.update(until=timezone.now() - timedelta(hours=1))
    assert lines(alice)[0][2] == (2 if how.startswith("mute") else 1)


def test_a_line_of_people_whom_one_does_not_meet_is_not_there(alice, bob, carol):
    post = make.post(alice)
    like(post, bob, carol)
    for person in (bob, carol):
        follows.block(actor=alice, target=person)
    assert lines(alice) == [] and reads.bell_of(alice).unread == 0
    assert reads.told_people(alice, alice.notifications.latest("pk").pk)[0] is None


def test_a_muted_conversation_and_a_deleted_post_take_the_line_along(alice, bob, carol):
    post = make.post(alice)
    like(post, bob, carol)
    mutes.mute_thread(actor=alice, post=post)
    assert lines(alice) == [] and reads.bell_of(alice).unread == 0
    mutes.unmute_thread(actor=alice, post=post)
    assert lines(alice) == [("like", "carol", 1)]
    posts.delete(actor=alice, post=post)
    assert lines(alice) == [] and reads.bell_of(alice).unread == 0


def walk(member, show="", size=3, between=lambda: None):
    """The ids of posts of all pages; something happens between one page and the next."""
    page = reads.notifications_page(member, size=size, show=show)
    upto, found = page.newest, [one.row.post_id for one in page.items]
    while page.next:
        between()
        page = reads.notifications_page(member, page.next, size, upto=upto, show=show)
        found += [one.row.post_id for one in page.items]
    return found


@pytest.mark.parametrize("show", ["", "likes"])
def test_pages_neither_repeat_nor_skip_what_somebody_joins_meanwhile(alice, bob, show):
    all_posts = [make.post(alice, str(number)) for number in range(11)]
    for post in all_posts:
        like(post, bob)
    there = [post.pk for post in reversed(all_posts)]
    assert walk(alice, show) == there

    def everything_moves():
        like(make.post(alice, "new"), bob)
        person = make.member()
        for post in all_posts:
            like(post, person)

    assert walk(alice, show, between=everything_moves) == there
    assert len(set(walk(alice, show, size=50))) == 14


def test_the_demo_way_of_writing_many_at_once(alice, bob):
    post = make.post(alice)
    Notification.objects.bulk_create(
        Notification(member=alice, kind="like", actor=bob, post=post, key=f"like:{number}") for number in range(5)
    )
    Notification.objects.outdone().update(head=False)
    assert heads_are_right(alice) and len(lines(alice)) == 1


def test_ten_thousand_likes_cost_as_many_queries_as_two(alice, bob, carol):
    post = make.post(alice)
    like(post, bob, carol)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            page = reads.notifications_page(alice)
            reads.bell_of(alice)
        return len(asked), page.items[0]

    few, two = cost()
    Notification.objects.bulk_create(
        Notification(member=alice, kind="like", actor=bob, post=post, key=f"x:{number}", head=False)
        for number in range(10_000)
    )
    Notification.objects.outdone().update(head=False)
    Notification.objects.filter(pk=alice.notifications.latest("pk").pk).update(head=True)
    many, all_of_them = cost()
    assert few == many <= 4
    assert (two.others_label, all_of_them.others_label, all_of_them.count) == ("1", "99+", 100)
    assert reads.bell_of(alice).unread == 1
    Block.objects.create(source=alice, target=bob)  # everybody near the top is not to be met: carol far below is
    assert lines(alice) == [("like", "carol", 0)]


def test_the_page_of_people_has_pages(alice):
    post, people = make.post(alice), crowd(5)
    like(post, *people)
    told, first = reads.told_people(alice, alice.notifications.earliest("pk").pk, size=3)
    _told, second = reads.told_people(alice, told.pk, first.next, size=3)
    assert [row.actor for row in first.items + second.items] == people[::-1] and second.next is None
