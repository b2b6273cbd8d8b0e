"""Groups: who makes them, who joins and leaves, and that a correction counts for exactly those who are in."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.comparisons import actions as comparisons
from social.groups import actions
from social.groups.models import MAX_ABOUT, MAX_NAME, RankingGroup, State
from social.leaving import own
from social.ranking.maths.features import FEATURES_VERSION, PLACE
from social.ranking.models import Slate, Steering
from social.ranking.reads import explanation
from social.ranking.serving import for_you
from tests import make

pytestmark = pytest.mark.django_db
GOOD = {"key": "night", "name": "Night", "about": "Late"}


def write(actor, **fields):
    return actions.write(actor=actor, **GOOD | fields)


@pytest.mark.parametrize("role", ["manager", "admin"])
def test_managers_and_administrators_make_groups_and_it_is_written_down(role):
    actor = make.member(roles=(role,))
    made = write(actor, name="  Night   owls ")
    assert (made.key, made.name, made.state, made.made_by) == ("night", "Night owls", State.OPEN, actor)
    event = AuditEvent.objects.get(verb="groups.made")
    assert event.actor == actor and event.data["key"] == "night" and event.data["name"] == "Night owls"


@pytest.mark.parametrize("role", [None, "moderator", "senior", "reviewer", "auditor", "labeller"])
def test_nobody_else_makes_or_words_them(role, group):
    actor = make.member(roles=(role,) if role else ())
    with pytest.raises(NotAllowed):
        write(actor)
    with pytest.raises(NotAllowed):
        write(actor, group=group)
    assert RankingGroup.objects.count() == 1


def test_a_suspended_manager_makes_none(cole):
    cole.suspended_until = timezone.now() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        write(cole)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key": ""}, "key"), ({"key": "Night"}, "key"), ({"key": "9"}, "key"), ({"key": "a b"}, "key"),
        ({"key": "a" * 41}, "key"), ({"key": "ä"}, "key"), ({"key": "night\n"}, "key"), ({"key": "long-reads"}, "key"),
        ({"name": " "}, "name"), ({"name": "x" * (MAX_NAME + 1)}, "name"), ({"name": "a\nb"}, "name"),
        ({"name": "LONG reads"}, "name"), ({"name": "a\u202eb"}, "name"),
        ({"about": ""}, "about"), ({"about": "x" * (MAX_ABOUT + 1)}, "about"), ({"state": "gone"}, "state"),
    ],
)  # fmt: skip
def test_what_is_refused_says_where(cole, group, fields, field):
    with pytest.raises(Invalid) as refused:
        write(cole, **fields)
    assert refused.value.data["field"] == field and RankingGroup.objects.count() == 1


def test_names_may_have_as_many_characters_as_it_says_however_they_are_made(cole):
    made = write(cole, name="👩‍🚀" * 50)
    made.refresh_from_db()
    assert made.name == "👩‍🚀" * 50


def test_so_many_can_be_open_and_closing_one_makes_room(cole, group, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)
    with pytest.raises(Invalid):
        write(cole)
    closed = write(cole, state=State.CLOSED)
    with pytest.raises(Invalid):
        actions.write(actor=cole, group=closed, name="Night", about="Late")
    actions.write(actor=cole, group=group, name=group.name, about=group.about, state=State.CLOSED)
    assert actions.write(actor=cole, group=closed, name="Night", about="Late").state == State.OPEN


def test_words_change_and_the_key_does_not(cole, group):
    changed = actions.write(actor=cole, group=group, key="other", name="Long ones", about="Longer.", state="closed")
    assert (changed.key, changed.name, changed.about, changed.state) == ("long-reads", "Long ones", "Longer.", "closed")
    event = AuditEvent.objects.get(verb="groups.changed")
    assert event.data == {"key": "long-reads", "name": "Long ones", "about": "Longer.", "state": "closed"}
    actions.write(actor=cole, group=group, name="Long ones", about="Longer.", state="closed")
    assert AuditEvent.objects.filter(verb="groups.changed").count() == 1  # nothing changed


def test_the_database_knows_two_states_and_one_key(cole, group):
    for fields in ({"state": "half"}, {"key": "long-reads"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RankingGroup.objects.create(**GOOD | fields)


# --- joining and leaving ----------------------------------------------------------------------------------------------


def test_one_is_in_one_group_at_most_and_leaves_at_any_time(alice, cole, group):
    other = write(cole)
    assert actions.join(actor=alice, group=group) and not actions.join(actor=alice, group=group)
    assert actions.join(actor=alice, group=other)
    assert Steering.objects.get(member=alice).group == "night"
    assert actions.leave(actor=alice) and not actions.leave(actor=alice)
    assert Steering.objects.get(member=alice).group == ""


def test_what_one_set_before_stays(alice, group):
    Steering.objects.create(member=alice, sliders={"recency": 2}, quotas={"topics": 5}, ask="never")
    actions.join(actor=alice, group=group)
    actions.leave(actor=alice)
    row = Steering.objects.get(member=alice)
    assert (row.sliders, row.quotas, row.ask) == ({"recency": 2}, {"topics": 5}, "never")


def test_a_closed_group_cannot_be_joined_and_who_is_in_it_stays(alice, bob, cole, group):
    actions.join(actor=alice, group=group)
    actions.write(actor=cole, group=group, name=group.name, about=group.about, state="closed")
    with pytest.raises(Conflict):
        actions.join(actor=bob, group=group)  # with a row from before
    assert not actions.join(actor=alice, group=group)  # a repeat
    assert Steering.objects.get(member=alice).group == group.key
    assert actions.leave(actor=alice)
    with pytest.raises(Conflict):
        actions.join(actor=alice, group=group)


def test_who_is_suspended_does_not_join_and_leaves_all_the_same(alice, group):
    actions.join(actor=alice, group=group)
    other = actions.write(actor=group.made_by, **GOOD)
    alice.suspended_until = timezone.now() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        actions.join(actor=alice, group=other)
    assert actions.leave(actor=alice)
    alice.is_active = False
    with pytest.raises(NotAllowed):
        actions.leave(actor=alice)


def test_what_was_learnt_of_the_member_is_fitted_anew_on_top_of_the_group(bob, group, corrected):
    corrected(long_reads={"length": 3.0})
    for at in range(6):
        make.post(make.member(), f"{at} " + "word " * (40 * at))
    found = for_you(bob)
    long, short = found.page.items[0].post, found.page.items[-1].post
    comparisons.compare(actor=bob, slate=found.slate, winner=long, loser=short)
    before = bytes(Steering.objects.get(member=bob).delta)
    actions.join(actor=bob, group=group)
    row = Steering.objects.get(member=bob)
    assert bytes(row.delta) != before and row.delta_version == FEATURES_VERSION
    actions.leave(actor=bob)
    assert np.allclose(np.frombuffer(bytes(Steering.objects.get(member=bob).delta)), np.frombuffer(before))


# --- what it does -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(alice, bob):
    """A short post that is much fresher than a long one, both by whom bob follows."""
    long = make.post(alice, "A long report. " * 60, created_at=timezone.now() - timedelta(hours=12))
    return make.post(alice, "Short."), long


def order(member):
    return [card.pk for card in for_you(member).page.items]


def test_the_correction_counts_on_the_next_page_for_who_is_in_and_for_nobody_else(bob, two, group, corrected):
    carl = make.member("carl")
    make.follow(carl, two[0].author)
    corrected(long_reads={"length": 9.0})
    assert order(bob) == [two[0].pk, two[1].pk]
    actions.join(actor=bob, group=group)
    assert order(bob) == [two[1].pk, two[0].pk] and order(carl) == [two[0].pk, two[1].pk]
    actions.leave(actor=bob)
    assert order(bob) == [two[0].pk, two[1].pk]


def test_why_says_that_the_group_is_in_the_numbers_also_after_leaving(bob, two, group, corrected):
    corrected(long_reads={"length": 9.0})
    actions.join(actor=bob, group=group)
    found = for_you(bob)
    actions.leave(actor=bob)
    slate = Slate.objects.get(pk=found.slate.pk)
    why = explanation(bob, slate, two[1].pk)
    assert slate.group == "long-reads" and why.group == "Long reads"
    part = next(one for one in why.parts if one.key == "length")
    assert part.weight > 8 and abs(sum(one.value for one in why.parts) + why.diversity - why.score) < 1e-9
    later = for_you(bob)
    assert Slate.objects.get(pk=later.slate.pk).group == "" and explanation(bob, later.slate, two[1].pk).group == ""


def test_without_a_correction_the_numbers_are_everybodys_and_why_does_not_name_the_group(bob, two, group, corrected):
    corrected(other={"length": 9.0})
    actions.join(actor=bob, group=group)
    found = for_you(bob)
    assert found.slate.group == "" and explanation(bob, found.slate, two[0].pk).group == ""
    weights = np.frombuffer(bytes(found.slate.weights))
    assert weights[PLACE["length"]] < 1


# --- leaving the site -------------------------------------------------------------------------------------------------


def test_the_group_is_in_the_download_and_gone_with_the_member(alice, group):
    actions.join(actor=alice, group=group)
    told = next(section for section in own.sections(alice) if section.name == "steering")
    (row,) = list(told.rows())
    assert row["group"] == "long-reads" and row["in_group_since"]
    while own.erase(alice, 100):
        pass
    assert not Steering.objects.filter(member=alice).exists()
    assert RankingGroup.objects.counted().get().members == 0
