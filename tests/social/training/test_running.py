"""A round from its examples to its record, whatever happens on the way."""

import subprocess
import sys
from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError
from django.utils import timezone

from metya.ops.jobs import LEASE
from metya.ops.models import AuditEvent
from social.comparisons.models import Example
from social.consent import actions as consent
from social.profiles.models import Profile
from social.ranking import verify
from social.ranking.maths.features import FEATURES_VERSION, PLACE, START
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, State
from social.training import computing, lots, running, snapshot, storing, versions
from social.training.models import SILENT, Draw, ExampleValue, MemberValue, Mode, Round, RoundState, Switch, Validator
from tests.social.training import village

pytestmark = pytest.mark.django_db


def champion():
    return ModelVersion.objects.get(state=State.CHAMPION)


def test_a_community_trains_promotes_and_a_stranger_computes_the_same(purse, records):
    village.village()
    one = running.train()
    assert (one.state, one.error) == (RoundState.DONE, "")
    assert one.verdict["promote"] and one.gain_low > 0 and one.gain_low < one.gain < one.gain_high
    version = champion()
    assert version.number == 2 and version == one.challenger and version.parent == one.parent
    assert one.parent.state == State.RETIRED and one.parent.retired_at and version.promoted_at
    assert version.snapshot == one.snapshot and len(version.code) == 64 and version.lam > 0
    assert one.pool > 0 and 0 < sum(MemberValue.objects.values_list("grains", flat=True)) <= one.pool
    assert AuditEvent.objects.get(verb="training.round").data["promoted"] is True
    place = records / "1"
    assert one.folder == "1" and village.intact(one)
    found = subprocess.run(
        [sys.executable, "-m", "social.ranking.verify", str(place)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "DIFFERS" not in found.stdout and "grains paid" in found.stdout


def test_a_flipped_byte_of_the_record_is_found(purse, records):
    village.village(40, 10)
    one = running.train()
    for name in ("examples.csv", "values.csv", "members.csv", "result.json"):
        file = records / "1" / name
        whole = file.read_bytes()
        # In result.json the weights come last, whose last digits may differ between machines; the gain comes first.
        start = whole.index(b'"mean":') + 7 if name == "result.json" else len(whole) // 2
        at = next(at for at in range(start, len(whole)) if chr(whole[at]).isdigit())
        file.write_bytes(whole[:at] + (b"1" if whole[at : at + 1] != b"1" else b"2") + whole[at + 1 :])
        assert verify.main([str(records / "1")]) == 1, name
        assert not village.intact(one)
        file.write_bytes(whole)
    assert verify.main([str(records / "1")]) == 0 and village.intact(one)


def test_values_are_of_who_trained_and_add_up(purse):
    members = village.village()
    one = running.train()
    measuring = {row.member_id for row in Validator.objects.filter(number=1)}
    rows = MemberValue.objects.filter(round=one)
    assert rows.count() == one.members == 60 - 12 and one.verdict["validators"] == 12
    trained = set(rows.values_list("member", flat=True))
    assert len(trained) == 48 and not measuring & trained
    assert sorted(rows.values_list("number", flat=True)) == list(range(48))
    for row in rows:
        own = ExampleValue.objects.filter(round=one, member=row.member_id)
        assert sum(own.values_list("phi", flat=True)) == row.phi and own.count() == row.items == 20
        assert set(own.values_list("example__member", flat=True)) == {row.member_id}
    total = sum(rows.values_list("phi", flat=True)) / 10**12
    assert total == pytest.approx(one.gain, rel=1e-3)
    assert {one.pk for one in members} > trained


def test_without_books_the_round_pays_nothing_and_says_so():
    village.village()
    one = running.train()
    assert (one.state, one.budget, one.pool) == (RoundState.DONE, 0, 0) and one.verdict["promote"]
    assert set(MemberValue.objects.values_list("grains", "balance")) == {(0, 0)}


def test_nothing_to_learn_and_nobody_who_measures():
    one = running.train()
    assert (one.state, one.error) == (RoundState.NOTHING, "no-examples")
    village.village(30, purposes=("train",))
    two = running.train()
    assert (two.number, two.state, two.error) == (2, RoundState.NOTHING, "no-validation")
    assert running.train() is None, "and is not said again every night"
    assert not ModelVersion.objects.exclude(number=1).exists() and not two.folder


def test_who_allows_nothing_is_not_learned_from():
    silent = village.people(30)
    village.ask(silent, purposes=())
    village.ask(village.people(40))
    one = running.train()
    assert one.members == 30
    assert not MemberValue.objects.filter(member__in=silent).exists()


def test_with_nothing_to_learn_the_challenger_is_refused_and_nothing_is_paid(purse):
    village.village(40, 10, likes=START)
    one = running.train()
    assert one.state == RoundState.DONE and not one.verdict["promote"]
    assert one.verdict["reasons"] == ["gain-unsure"]
    assert champion().number == 1 and one.challenger.state == State.REJECTED and one.challenger.promoted_at is None
    assert one.pool == 0 and set(MemberValue.objects.values_list("grains", "balance")) == {(0, 0)}


def test_a_group_left_behind_is_a_reason_to_refuse(monkeypatch):
    """Those who measure are of a group whose members train too little to have an offset."""
    most, few = village.people(60), village.people(260)
    village.ask(most, 60, likes=village.taste(1, 2.0))
    village.ask(few, 4, likes=-village.taste(1, 2.0), purposes=("evaluate",))
    village.join(few, "gardeners")
    village.join(most[:12], "weavers")
    monkeypatch.setattr("social.training.computing.LEAST_IN_GROUP", 0)
    monkeypatch.setattr("social.training.computing._group_names", lambda _members, _groups: ["gardeners", "weavers"])
    one = running.train()
    assert "group-worse" in one.verdict["reasons"] and one.verdict["worse"] == ["gardeners"]
    assert champion().number == 1


def test_groups_have_offsets_and_small_ones_are_not_told_apart():
    apart = village.taste(3, 1.5)
    most, others, few = village.people(120), village.people(60), village.people(5)
    village.ask(most), village.ask(others, likes=apart), village.ask(few)
    village.join(others, "gardeners"), village.join(few, "weavers")
    one = running.train()
    weights = Weights.from_json(one.challenger.weights)
    assert set(weights.offsets) == {"gardeners"}
    assert [score["name"] for score in one.verdict["groups"]] == [""], "fewer than 50 who measure are not told apart"


def test_a_withdrawal_while_it_runs_is_honoured_before_anything_is_stored(monkeypatch):
    members = village.village(40, 10)
    leaver = next(one for one in members if one.pk not in lots.validators(snapshot.take().measuring, lots.draw(1).seed))
    real, calls = running.computed, []

    def slow(number, *rest):
        made = real(number, *rest)
        if not calls:
            consent.withdraw(actor=leaver, purpose="train")
        calls.append(made)
        return made

    monkeypatch.setattr(running, "computed", slow)
    one = running.train()
    assert one.state == RoundState.DONE and len(calls) == 2
    assert leaver.pk in calls[0].result.members and leaver.pk not in calls[1].result.members
    assert not MemberValue.objects.filter(member=leaver).exists()
    assert ModelVersion.objects.count() == 2


def test_who_withdraws_measuring_or_deletes_an_example_is_taken_out_too(monkeypatch):
    members = village.village(40, 10)
    real, calls = running.computed, []

    def slow(number, *rest):
        made = real(number, *rest)
        if not calls:
            consent.withdraw(actor=members[0], purpose="evaluate")
        if len(calls) == 1:
            Example.objects.filter(member=members[1]).first().delete()
        calls.append(made)
        return made

    monkeypatch.setattr(running, "computed", slow)
    assert running.train().state == RoundState.DONE and len(calls) == 3


def test_when_members_never_stop_leaving_the_round_fails_and_says_so(monkeypatch):
    members = iter(village.village(40, 10))
    real = running.computed

    def slow(number, *rest):
        made = real(number, *rest)
        consent.withdraw(actor=next(members), purpose="train")
        return made

    monkeypatch.setattr(running, "computed", slow)
    one = running.train()
    assert (one.state, one.error) == (RoundState.FAILED, "withdrawn")
    assert champion().number == 1 and ModelVersion.objects.count() == 1 and not MemberValue.objects.exists()


@pytest.mark.parametrize("how", ["alone", "in turns"])
def test_who_deletes_something_at_every_attempt_is_left_out_and_the_round_ends(monkeypatch, how):
    members = village.village(40, 12)
    drawn = lots.validators(snapshot.take().measuring, lots.draw(1).seed)
    leaver, other = [one for one in members if one.pk not in drawn][:2]
    real, calls = running.computed, []

    def slow(number, *rest):
        made = real(number, *rest)
        calls.append(made)
        if how == "alone":
            Example.objects.of(leaver).first().delete()
        else:
            Example.objects.of([leaver, other][len(calls) % 2]).first().delete()
        return made

    monkeypatch.setattr(running, "computed", slow)
    one = running.train()
    assert (one.state, one.error) == (RoundState.DONE, "") and len(calls) > running.ATTEMPTS
    assert leaver.pk in calls[running.ATTEMPTS - 1].result.members, (
        "as long as it may, it is computed with what is there"
    )
    last = calls[-1].taken
    assert leaver.pk not in last.training.members and leaver.pk not in last.measuring.members
    assert not MemberValue.objects.filter(member=leaver).exists()
    assert len(last.training) > 300 and Example.objects.of(leaver).exists()
    assert not running.unchanged(), "the next night has them back"


def test_as_many_as_there_are_attempts_stop_a_round_and_one_fewer_does_not(monkeypatch):
    members = village.village(40, 10)
    drawn = lots.validators(snapshot.take().measuring, lots.draw(1).seed)
    real, going = running.computed, iter([one for one in members if one.pk not in drawn][: running.WITHOUT - 1])

    def slow(number, without=(), *rest):
        made = real(number, without, *rest)
        if without and (leaver := next(going, None)):
            consent.withdraw(actor=leaver, purpose="train")
        if not without:
            Example.objects.of(members[-1]).first().delete()
        return made

    monkeypatch.setattr(running, "computed", slow)
    assert running.train().state == RoundState.DONE and next(going, None) is None


def test_a_live_round_speaks_between_its_stages_and_a_dead_one_is_found_by_whoever_takes_its_job(monkeypatch):
    assert SILENT * 2 <= LEASE
    village.village(40, 10)
    real, said = running._beat, []
    monkeypatch.setattr(running, "_beat", lambda one: said.append(one) or real(one))
    assert running.train().state == RoundState.DONE and len(said) >= 6


def test_a_round_taken_for_dead_stops_between_two_stages(monkeypatch, records):
    village.village(40, 10)
    real = computing.fit_design

    def slow(*args):
        Round.objects.update(beat_at=timezone.now() - timedelta(hours=1))
        running.heal()
        return real(*args)

    monkeypatch.setattr(computing, "fit_design", slow)
    closed = []
    monkeypatch.setattr(computing.record, "close", closed.append)
    one = running.train()
    assert (one.state, one.error) == (RoundState.FAILED, "silent") and not closed


def test_an_example_deleted_while_its_value_is_written_down_begins_it_anew(monkeypatch):
    """The database finds that out at the end of the transaction."""
    members = village.village(40, 10)
    real, calls = storing.store, []

    def slow(*args):
        calls.append(real(*args))
        if len(calls) == 1:
            raise IntegrityError
        return calls[-1]

    monkeypatch.setattr(storing, "store", slow)
    one = running.train()
    assert one.state == RoundState.DONE and len(calls) == 2 and ModelVersion.objects.count() == 2
    assert village.intact(one) and MemberValue.objects.filter(round=one).count() < len(members)


def test_unlearning_is_never_having_had_them():
    """After a withdrawal the next weights are, byte for byte, those of a community that never had the member."""
    members = village.village(40, 10)
    Draw.objects.create(number=1, seed="a" * 64), Draw.objects.create(number=2, seed="a" * 64)
    leaver = next(one for one in members if one.pk not in lots.validators(snapshot.take().measuring, "a" * 64))
    with_all = running.computed(1)
    consent.withdraw(actor=leaver, purpose="train")
    consent.withdraw(actor=leaver, purpose="evaluate")
    after = running.computed(1)
    Example.objects.filter(member=leaver).delete()
    never = running.computed(1)

    def text(made):
        return made.result.record.inputs.challenger(made.result.outcome.table).to_json()

    assert text(after) == text(never) and text(after) != text(with_all)
    assert after.result.record.snapshot == never.result.record.snapshot


def test_allowing_again_does_not_bring_earlier_examples_back():
    members = village.village(40, 10)
    Profile.objects.create(member=members[0], name="One")
    consent.withdraw(actor=members[0], purpose="train")
    consent.give(actor=members[0], purpose="train", version=1)
    assert members[0].pk not in snapshot.take().training.members


# --- killed, twice, stopped ----------------------------------------------------------------------------------------


def test_a_round_that_died_is_failed_by_the_next_pass_which_begins_anew(records):
    village.village(40, 10)
    dead = running.begin()
    (records / "1").mkdir(parents=True)
    (records / ".1-left").mkdir()
    assert running.train() is None, "while it may be alive there is no other"
    Round.objects.filter(pk=dead.pk).update(beat_at=timezone.now() - timedelta(minutes=31))
    two = running.train()
    dead.refresh_from_db()
    assert (dead.state, dead.error) == (RoundState.FAILED, "silent") and dead.finished_at
    assert (two.number, two.state) == (2, RoundState.DONE)
    assert not (records / "1").exists() and not (records / ".1-left").exists() and (records / "2").is_dir()


def test_a_round_taken_for_dead_stores_nothing_when_it_comes_back(monkeypatch, records):
    village.village(40, 10)
    real = running.computed

    def slow(number, *rest):
        made = real(number, *rest)
        Round.objects.update(beat_at=timezone.now() - timedelta(hours=1))
        running.heal()
        return made

    monkeypatch.setattr(running, "computed", slow)
    one = running.train()
    assert (one.state, one.error) == (RoundState.FAILED, "silent")
    assert ModelVersion.objects.count() == 1 and not any(records.glob("*"))


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), ValueError("odd")])
def test_what_breaks_half_way_leaves_the_champion_and_nothing_on_disk(monkeypatch, records, fault):
    village.village(40, 10)

    def broken(*_args):
        raise fault

    monkeypatch.setattr(storing, "_values", broken)
    one = running.train()
    assert one.state == RoundState.FAILED
    assert one.error == ("disk: No space left on device" if isinstance(fault, OSError) else "fault: ValueError")
    assert champion().number == 1 and ModelVersion.objects.count() == 1 and not any(records.glob("*"))
    monkeypatch.undo()


def test_two_at_once_are_one():
    village.village(40, 10)
    assert running.begin() is not None and running.begin() is None
    assert running.train() is None and Round.objects.count() == 1


def test_the_same_examples_are_not_trained_on_every_night():
    members = village.village(40, 10, likes=START)
    first = running.train()
    assert first.state == RoundState.DONE and running.train() is None
    assert running.train(fresh=True).number == 2
    consent.withdraw(actor=members[0], purpose="evaluate")
    assert running.train().number == 3


def test_where_nobody_allows_anything_it_is_said_once():
    assert running.train().error == "no-examples"
    assert running.train() is None and Round.objects.count() == 1
    assert running.train(fresh=True).number == 2
    village.village(40, 10)
    assert running.train().state == RoundState.DONE


def test_a_gain_over_a_version_that_was_brought_back_is_not_paid_twice(purse):
    village.village(40, 10)
    first = running.train()
    assert first.pool > 0
    versions.put_in_use(first.parent)
    again = running.train(fresh=True)
    assert again.verdict["promote"] and (again.budget, again.pool) == (0, 0)
    assert not MemberValue.objects.filter(round=again).exclude(grains=0).exists()
    assert running.computed(3).setting.budget.grains == 1_000_000, "a gain over the new one is another"


def test_a_promotion_is_a_reason_to_train_again():
    village.village(40, 10)
    assert running.train().verdict["promote"]
    again = running.train()
    assert again.number == 2 and again.parent.number == 2


# --- the switch ----------------------------------------------------------------------------------------------------


def switch(mode):
    Switch.objects.update_or_create(pk=1, defaults={"mode": mode})


def test_stopped_trains_nothing_and_pinned_promotes_and_pays_nothing(purse):
    village.village(40, 10)
    switch(Mode.STOPPED)
    assert running.train() is None and not Round.objects.exists()
    switch(Mode.PINNED)
    one = running.train()
    assert one.state == RoundState.DONE and one.verdict["rule"] and not one.verdict["promote"]
    assert one.verdict["reasons"] == ["pinned"] and champion().number == 1 and one.pool == 0


def test_a_switch_or_a_new_champion_while_it_runs_begins_it_anew(monkeypatch):
    village.village(40, 10)
    real, calls = running.computed, []

    def slow(number, *rest):
        made = real(number, *rest)
        if not calls:
            switch(Mode.PINNED)
        if len(calls) == 1:
            other = ModelVersion.objects.create(
                number=7, weights=Weights.start().to_json(), features_version=FEATURES_VERSION
            )
            versions.put_in_use(other)
        calls.append(made)
        return made

    monkeypatch.setattr(running, "computed", slow)
    one = running.train()
    assert len(calls) == 3 and one.state == RoundState.DONE and one.parent.number == 7
    assert one.challenger.number == 8 and champion().number == 7


# --- damage --------------------------------------------------------------------------------------------------------


def test_numbers_that_cannot_be_used_are_left_out_and_counted():
    members = village.village(40, 10)
    ids = list(Example.objects.filter(member=members[0]).values_list("pk", flat=True)[:3])
    nan = np.full(village.WIDE, np.nan)
    for pk, z in zip(ids, (b"short", nan.tobytes(), (nan * 0 + 1e9).tobytes()), strict=True):
        if z != b"short":
            z = np.where(np.isnan(np.frombuffer(z)), np.nan, 1e9).tobytes()
        Example.objects.filter(pk=pk).update(z=z)
    taken = snapshot.take()
    assert not np.isin(ids, taken.training.ids).any() and taken.damaged == 6
    one = running.train()
    assert one.state == RoundState.DONE and one.verdict["damaged"] == 6


def test_examples_of_another_list_of_features_are_not_used():
    village.village(40, 10)
    Example.objects.update(features_version="0" * 64)
    assert running.train().error == "no-examples"


@pytest.mark.parametrize(
    "text", [Weights.start().to_json()[:100], Weights.start().to_json().replace("2.0", "3.0"), "", "[]"]
)
def test_a_champion_that_cannot_be_read_is_said_and_kept(text):
    village.village(40, 10)
    ModelVersion.objects.create(
        number=1, state=State.CHAMPION, weights=text, features_version="x", promoted_at=timezone.now()
    )
    one = running.train()
    assert one.state == RoundState.FAILED and one.error.startswith("champion-unreadable")
    assert champion().number == 1 and champion().weights == text


def test_deleted_posts_and_accounts_that_ended_are_no_examples():
    members = village.village(40, 10)
    first = Example.objects.filter(member=members[0]).first()
    first.winner.deleted_at = timezone.now()
    first.winner.save()
    members[1].is_active = False
    members[1].save()
    taken = snapshot.take()
    assert first.pk not in taken.training.ids and members[1].pk not in taken.training.members


def test_what_tells_of_likes_is_used_of_who_allows_that_still_alone():
    members = village.village(4, 10)
    consent.withdraw(actor=members[1], purpose="features")
    asked = [PLACE[key] for key in ("affinity", "topic", "similarity", "ease")]
    taken = snapshot.take()
    for rows in (taken.training, taken.measuring):
        told = rows.z[rows.members == members[0].pk]
        silent = rows.z[rows.members == members[1].pk]
        assert len(told) == len(silent) == 10
        assert told[:, asked].all() and not silent[:, asked].any()
        assert np.delete(silent, asked, axis=1).all()


def test_who_is_suspended_teaches_nothing_until_it_is_over():
    members = village.village(4, 10)
    members[0].suspended_until = timezone.now() + timedelta(days=1)
    members[0].save()
    taken = snapshot.take()
    assert members[0].pk not in taken.training.members and members[0].pk not in taken.measuring.members
    assert members[1].pk in taken.training.members
    members[0].suspended_until = timezone.now() - timedelta(seconds=1)
    members[0].save()
    assert members[0].pk in snapshot.take().training.members


def test_the_number_of_queries_does_not_grow_with_the_examples(django_assert_max_num_queries):
    village.village(40, 30)
    with django_assert_max_num_queries(80):
        running.train()


# --- how long the values of single examples are kept --------------------------------------------------------------------


@pytest.mark.parametrize(("paid", "days", "kept"), [(9, 399, True), (9, 401, False), (0, 29, True), (0, 31, False)])
def test_values_of_single_examples_are_kept_for_their_time_and_sums_for_good(paid, days, kept):
    village.village(40, 10)
    one = running.train()
    ended = timezone.now() - timedelta(days=days)
    Round.objects.filter(pk=one.pk).update(pool=paid, started_at=ended, finished_at=ended)
    one.refresh_from_db()
    assert (storing.kept_until(one) > timezone.now()) is kept
    values, sums = ExampleValue.objects.count(), list(MemberValue.objects.order_by("pk").values())
    assert storing.forget_details() == (0 if kept else values)
    assert ExampleValue.objects.exists() is kept and list(MemberValue.objects.order_by("pk").values()) == sums
    assert village.intact(one)
    assert storing.kept_until(Round(number=9)) is None
