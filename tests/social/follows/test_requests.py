"""Locked accounts: asking, answering, and what stays safe meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.web.errors import ActionError, NotAllowed
from social.follows import actions, jobs
from social.follows.models import Follow, FollowRequest
from social.interactions.models import Interaction
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Post
from social.profiles.models import Profile
from tests import make

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def locked(alice):
    actions.set_locked(actor=alice, locked=True)
    return alice


def told(member):
    return sorted(Notification.objects.filter(member=member).values_list("kind", "actor__handle"))


@pytest.mark.django_db
class TestRules:
    def test_following_a_locked_account_asks_once(self, locked, carol):
        for _again in range(2):
            actions.follow(actor=carol, target=locked)
        assert FollowRequest.objects.count() == 1 and not Follow.objects.exists()
        assert not Interaction.objects.exists() and told(locked) == [("request", "carol")]
        assert Profile.objects.get(member=locked).follower_count == 0

    def test_whoever_waits_sees_no_more_than_a_stranger(self, locked, carol):
        kept = make.post(locked, "among us", visibility="followers")
        actions.follow(actor=carol, target=locked)
        assert not Post.objects.visible_to(carol).filter(pk=kept.pk).exists()
        with pytest.raises(ActionError):
            posts.like(actor=carol, post=kept)
        actions.accept(actor=locked, source=carol)
        assert Post.objects.visible_to(carol).filter(pk=kept.pk).exists()

    def test_accepting(self, locked, carol):
        actions.follow(actor=carol, target=locked)
        for _again in range(2):
            actions.accept(actor=locked, source=carol)
        assert Follow.objects.count() == 1 and not FollowRequest.objects.exists()
        assert Interaction.objects.filter(source=carol, target=locked, kind="follow").count() == 1
        assert told(carol) == [("accepted", "alice")] and told(locked) == []
        assert Profile.objects.get(member=locked).follower_count == 1
        actions.follow(actor=carol, target=locked)
        assert not FollowRequest.objects.exists()

    def test_nobody_is_accepted_who_did_not_ask(self, locked, carol):
        actions.accept(actor=locked, source=carol)
        assert not Follow.objects.exists() and told(carol) == []

    def test_declining_is_quiet_and_asking_again_rings_once(self, locked, carol):
        actions.follow(actor=carol, target=locked)
        Notification.objects.update(read_at=timezone.now())
        for _again in range(2):
            actions.decline(actor=locked, source=carol)
        assert not FollowRequest.objects.exists() and not Follow.objects.exists() and told(carol) == []
        actions.follow(actor=carol, target=locked)
        assert FollowRequest.objects.count() == 1 and Notification.objects.count() == 1

    def test_withdrawing(self, locked, carol):
        actions.follow(actor=carol, target=locked)
        for _again in range(2):
            actions.unfollow(actor=carol, target=locked)
        assert not FollowRequest.objects.exists() and told(locked) == []

    @pytest.mark.parametrize("by", ["alice", "carol"])
    def test_a_block_ends_a_request(self, locked, carol, by):
        actions.follow(actor=carol, target=locked)
        actor, target = (locked, carol) if by == "alice" else (carol, locked)
        actions.block(actor=actor, target=target)
        assert not FollowRequest.objects.exists()

    @pytest.mark.parametrize(
        "state", [{"is_active": False}, {"suspended_until": timezone.now() + timezone.timedelta(days=1)}]
    )
    def test_the_gone_and_suspended_are_not_accepted_and_may_not_accept(self, locked, carol, state):
        actions.follow(actor=carol, target=locked)
        type(carol).objects.filter(pk=carol.pk).update(**state)
        with pytest.raises(ActionError) as caught:
            actions.accept(actor=locked, source=carol)
        assert caught.value.status == 404
        for field, value in state.items():
            setattr(locked, field, value)
        with pytest.raises(NotAllowed):
            actions.accept(actor=locked, source=make.member())

    def test_unlocking_keeps_those_who_wait_until_they_are_let_in(self, locked, carol):
        gone = make.member("gone")
        for source in (carol, gone):
            actions.follow(actor=source, target=locked)
        type(gone).objects.filter(pk=gone.pk).update(is_active=False)
        jobs.accept_waiting.call(locked.pk)
        assert not Follow.objects.exists()  # still locked
        actions.set_locked(actor=locked, locked=False)
        assert FollowRequest.objects.count() == 2
        for _again in range(2):
            jobs.accept_waiting.call(locked.pk)
        assert list(Follow.objects.values_list("source__handle", flat=True)) == ["carol"]

    def test_following_an_opened_account_answers_the_request(self, locked, carol):
        actions.follow(actor=carol, target=locked)
        actions.set_locked(actor=locked, locked=False)
        actions.follow(actor=carol, target=locked)
        assert Follow.objects.count() == 1 and not FollowRequest.objects.exists()


@pytest.mark.django_db
class TestAddresses:
    def test_asking_and_withdrawing_by_the_same_button(self, locked, carol, as_member):
        client = as_member(carol)
        button = client.post("/@alice/follow/", headers=HTMX).content.decode()
        assert "Requested" in button and "/@alice/unfollow/" in button
        assert client.post("/@alice/follow/", headers=JSON).json()["asked"] is True
        assert "Requested" in client.get("/@alice/").content.decode()
        assert ">Follow<" in client.post("/@alice/unfollow/", headers=HTMX).content.decode()
        assert not FollowRequest.objects.exists()

    def test_answers(self, locked, bob, carol, as_member):
        client = as_member(locked)
        for source in (carol, dana := make.member("dana")):
            actions.follow(actor=source, target=locked)
        page = client.get("/people/requests/").content.decode()
        assert "/@carol/accept/" in page and "/@dana/decline/" in page
        assert "Follow requests" in client.get("/notifications/").content.decode()
        assert "asks to follow you" in client.get("/@carol/").content.decode()
        assert client.post("/@carol/accept/")["Location"] == "/people/requests/"
        row = client.post("/@dana/decline/", headers=HTMX).content.decode()
        assert "Declined" in row and "<html" not in row
        assert set(Follow.objects.values_list("source__handle", flat=True)) == {"bob", "carol"}
        assert client.post("/@dana/decline/", headers=JSON).json() == {"handle": "dana", "accepted": False}
        assert "Nobody waits" in client.get("/people/requests/").content.decode()
        assert dana.handle == "dana"

    def test_only_the_one_who_was_asked_answers(self, locked, bob, carol, as_member):
        actions.follow(actor=carol, target=locked)
        stranger = as_member(bob)
        assert "@carol" not in stranger.get("/people/requests/").content.decode()
        for verb in ("accept", "decline"):
            assert stranger.post(f"/@carol/{verb}/").status_code == 302
            assert stranger.get(f"/@carol/{verb}/").status_code == 405
            assert stranger.post(f"/@nobody_here/{verb}/").status_code == 404
            assert Client().post(f"/@carol/{verb}/")["Location"].startswith("/sign-in/")
        assert FollowRequest.objects.count() == 1 and not Follow.objects.filter(source=carol).exists()

    def test_locking_and_unlocking(self, alice, carol, as_member):
        client = as_member(alice)
        assert client.post("/settings/privacy/lock/", {"locked": "yes"}).status_code == 302
        actions.follow(actor=carol, target=alice)
        assert "1 person waits" in client.get("/settings/privacy/").content.decode()
        client.post("/settings/privacy/lock/", {"locked": "no", "waiting": "accept"})
        assert not Profile.objects.get(member=alice).locked
        for wrong in ({}, {"locked": "maybe"}, {"locked": "no", "waiting": "eat"}):
            assert client.post("/settings/privacy/lock/", wrong, headers=JSON).status_code == 422
        assert client.get("/settings/privacy/lock/").status_code == 405
        assert Client().get("/settings/privacy/")["Location"].startswith("/sign-in/")

    def test_queries_do_not_grow(self, locked, as_member):
        client = as_member(locked)
        client.get("/people/requests/")
        found = []
        for more in (3, 27):
            for _one in range(more):
                actions.follow(actor=make.member(), target=locked)
            with CaptureQueriesContext(connection) as queries:
                page = client.get("/people/requests/").content.decode()
            found.append(len(queries))
        assert found[0] == found[1]
        cursor = page.split('href="?before=')[1].split('"')[0]
        part = client.get(f"/people/requests/?before={cursor}", headers=HTMX).content.decode()
        assert "<html" not in part and part.count("/accept/") == 2 * 10

    def test_the_hidden_do_not_ask(self, locked, carol, as_member):
        actions.follow(actor=carol, target=locked)
        type(carol).objects.filter(pk=carol.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
        client = as_member(locked)
        assert "@carol" not in client.get("/people/requests/").content.decode()
        assert "Follow requests" not in client.get("/notifications/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_asking_accepting_and_blocking_at_once_leaves_no_half():
    target, source = make.member(), make.member()
    actions.set_locked(actor=target, locked=True)

    def run(deed):
        try:
            deed()
        except ActionError:
            pass
        finally:
            connection.close()

    deeds = [
        lambda: actions.follow(actor=source, target=target),
        lambda: actions.accept(actor=target, source=source),
        lambda: actions.set_locked(actor=target, locked=False),
        lambda: actions.follow(actor=target, target=source),
        lambda: actions.unfollow(actor=source, target=target),
    ] * 3
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, deeds))
    follows = Follow.objects.filter(source=source, target=target).count()
    assert Profile.objects.get(member=target).follower_count == follows
    assert Interaction.objects.filter(source=source, target=target, undone_at=None).count() == follows
    assert not (follows and FollowRequest.objects.filter(source=source, target=target).exists())
