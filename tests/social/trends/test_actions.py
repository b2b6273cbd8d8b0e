"""What is a trend, whose voice counts, and what moderators keep out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.schedule import PERIODIC
from metya.wallets.models import Member
from metya.web.errors import Invalid, NotAllowed
from social.follows import actions as follows
from social.posts import actions as posts
from social.posts.models import Post, Tag
from social.trends import actions, jobs
from social.trends.models import TagVeto, Trend, TrustedMember
from social.trends.reads import trends
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusted(alice, bob, carol):
    actions.set_trusted([alice.pk, bob.pk, carol.pk])


def say(author, text, ago=timedelta(0), **kwargs):
    post = posts.publish(actor=author, text=text, **kwargs)
    Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - ago)
    return post


def counted():
    actions.count_trends()
    return trends()


def test_people_count_not_posts(trusted, alice, bob, carol):
    for _again in range(9):
        say(alice, "#loud")
    for author in (bob, carol):
        say(author, "#bees")
    assert counted() == [("bees", 2)]
    say(bob, "#loud")
    say(alice, "#bees")
    assert counted() == [("bees", 3), ("loud", 2)]


def test_a_voice_halves_in_six_hours(trusted, alice, bob, carol):
    for author in (alice, bob):
        say(author, "#now")
    for author in (alice, bob, carol):
        say(author, "#before", ago=timedelta(hours=6))
    assert counted() == [("now", 2), ("before", 3)]
    assert [round(score, -1) for score in Trend.objects.order_by("-score").values_list("score", flat=True)] == [
        2000,
        1500,
    ]


def test_the_latest_post_is_the_one_that_counts_and_old_ones_do_not(trusted, alice, bob):
    for author in (alice, bob):
        say(author, "#bees", ago=timedelta(hours=49))
    assert counted() == []
    for author in (alice, bob):
        say(author, "#bees", ago=timedelta(hours=12))
        say(author, "#bees", ago=timedelta(hours=1))
    counted()
    assert 1750 < Trend.objects.get().score < 1800


def test_only_trusted_members_and_what_everyone_may_read(trusted, alice, bob):
    dana, erin = make.member("dana"), make.member("erin")
    for author in (dana, erin):
        say(author, "#spam")
    for author in (alice, bob):
        say(author, "#secret", visibility="followers")
        say(author, "#gone")
    assert counted() == [("gone", 2)]
    posts.delete(actor=bob, post=Post.objects.get(author=bob, tags__tag__name="gone"))
    assert counted() == []
    actions.set_trusted([dana.pk, erin.pk])
    assert counted() == [("spam", 2)]
    Member.objects.filter(pk=erin.pk).update(suspended_until=timezone.now() + timedelta(hours=1))
    assert counted() == []


def test_a_young_community_hears_whoever_is_settled(alice, bob, carol):
    for author in (alice, bob, carol):
        say(author, "#bees")
    assert counted() == []
    Member.objects.exclude(pk=carol.pk).update(onboarded_at=timezone.now() - timedelta(hours=25))
    assert counted() == [("bees", 2)]
    actions.set_trusted([carol.pk])
    assert counted() == []
    actions.set_trusted([])
    assert counted() == [("bees", 2)] and not TrustedMember.objects.exists()


def test_the_newest_trust_replaces_the_old(alice, bob):
    actions.set_trusted([alice.pk, alice.pk])
    actions.set_trusted([bob.pk])
    assert TrustedMember.objects.get().member == bob


def test_a_veto_holds_until_its_end(trusted, alice, bob, mona):
    for author in (alice, bob):
        say(author, "#bees")
    assert counted() == [("bees", 2)]
    bees, until = Tag.objects.get(name="bees"), timezone.now() + timedelta(days=1)
    row = actions.veto(actor=mona, tag=bees, until=until, reason="Brigading")
    assert trends() == [] == counted()
    event = AuditEvent.objects.get(verb="trends.veto")
    assert event.actor == mona and event.data["reason"] == "Brigading" and event.data["tag"] == "bees"
    TagVeto.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert trends() == [("bees", 2)]


def test_a_veto_is_given_again_and_lifted(alice, mona):
    bees, until = Tag.objects.create(name="bees"), timezone.now() + timedelta(days=1)
    actions.veto(actor=mona, tag=bees, until=until, reason="One")
    row = actions.veto(actor=mona, tag=bees, until=until + timedelta(days=1), reason="Two")
    assert TagVeto.objects.get().reason == "Two"
    assert actions.lift(actor=mona, veto=row, reason="Calm again") and not actions.lift(
        actor=mona, veto=row, reason="x"
    )
    assert not TagVeto.objects.standing().exists()
    actions.veto(actor=mona, tag=bees, until=until, reason="Three")
    assert TagVeto.objects.count() == 2 and AuditEvent.objects.filter(verb__startswith="trends.").count() == 4


def test_who_may_veto_and_how(alice, cole, mona):
    bees, until = Tag.objects.create(name="bees"), timezone.now() + timedelta(days=1)
    for actor in (alice, cole):
        with pytest.raises(NotAllowed):
            actions.veto(actor=actor, tag=bees, until=until, reason="x")
    for bad in ({"until": timezone.now(), "reason": "x"}, {"until": until, "reason": " "}):
        with pytest.raises(Invalid):
            actions.veto(actor=mona, tag=bees, **bad)
    row = actions.veto(actor=mona, tag=bees, until=until, reason="x")
    with pytest.raises(NotAllowed):
        actions.lift(actor=alice, veto=row, reason="x")
    assert AuditEvent.objects.filter(verb__startswith="trends.").count() == 1


def test_the_strongest_stay_and_yesterdays_go(trusted, alice, bob, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    for author in (alice, bob):
        say(author, "#old", ago=timedelta(hours=1))
    assert counted() == [("old", 2)]
    for author in (alice, bob):
        say(author, "#new")
    assert counted() == [("new", 2)] and Trend.objects.count() == 1


def test_a_block_hides_nobody_from_the_count(trusted, alice, bob):
    follows.block(actor=alice, target=bob)
    for author in (alice, bob):
        say(author, "#bees")
    assert counted() == [("bees", 2)]


def test_the_job_is_in_the_periodic_table(trusted, alice, bob):
    assert [entry.seconds for entry in PERIODIC if entry.task == "social.trends.jobs.count_trends"] == [600]
    for author in (alice, bob):
        say(author, "#bees")
    jobs.count_trends.func()
    assert trends() == [("bees", 2)]
