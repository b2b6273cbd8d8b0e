"""Styles in a round: whose choices count, who has a part, what is stored, and that a stranger computes the same."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.db import IntegrityError
from django.utils import timezone

from metya.wallets.models import Member
from social.assistant import actions as assistant
from social.assistant import styling
from social.assistant.models import DraftPair, StyleCard, StyleVote
from social.profiles.models import Profile
from social.ranking import verify
from social.ranking.maths import record
from social.training import folders, lots, reads, running, snapshot, stylepay, styles
from social.training.admin import RoundAdmin
from social.training.models import MemberValue, Mode, Part, Round, RoundState, StyleShare, StyleValue, Switch
from tests.social.training import village
from tests.social.training.village import STRONG

pytestmark = pytest.mark.django_db


@pytest.fixture
def dressed():
    """Fifty who teach the feed, four styles, eighty others who choose between them, and three votes for the best."""
    village.village(50, 10)
    cards = village.wardrobe()
    choosers = village.people(80)
    village.dress(choosers, cards)
    voters = village.people(3)
    village.vote_for(cards[0], voters)
    return cards, choosers, voters


def test_a_round_values_styles_and_a_stranger_computes_the_same(dressed, purse, records, capsys):
    cards, _choosers, voters = dressed
    one = running.train()
    assert (one.state, one.error) == (RoundState.DONE, "") and one.verdict["promote"]
    assert 0 < one.styles_pool <= one.budget // 10 and one.pool + one.styles_pool <= one.budget == 1_000_000
    found = {row.card_id: row for row in StyleValue.objects.filter(round=one)}
    assert set(found) == {card.pk for card in cards}
    assert found[cards[0].pk].phi > 0 > found[cards[3].pk].phi
    assert sum(row.phi for row in found.values()) / 10**12 == pytest.approx(one.styles["gain"], rel=1e-3)
    assert sum(row.grains for row in found.values()) <= one.styles_pool
    assert sum(row.choices for row in found.values()) == one.styles["choices"]
    shares = StyleShare.objects.filter(round=one)
    best = shares.get(card=cards[0], part=Part.AUTHOR)
    assert best.member == cards[0].author and best.grains == found[cards[0].pk].grains * 7 // 10
    assert set(shares.filter(part=Part.VOTE).values_list("member", flat=True)) == {voter.pk for voter in voters}
    assert sum(shares.values_list("grains", flat=True)) == one.styles["given"] <= one.styles_pool
    strengths = {int(pk): value for pk, value in one.styles["strengths"].items()}
    assert max(strengths, key=strengths.get) == cards[0].pk and min(strengths, key=strengths.get) == cards[3].pk
    assert village.intact(one) and len(folders.names(records / "1")) == 14
    assert verify.main([str(records / "1")]) == 0
    said = capsys.readouterr().out
    assert f"styles: {one.styles['given']} grains paid" in said and "DIFFERS" not in said
    # The record's own pool and the examples' are of one budget.
    assert one.rules["budget"] == one.budget - one.styles_pool


def test_a_touched_file_of_the_styles_is_found(dressed, purse, records):
    one = running.train()
    for name in ("styles-pay.csv", "styles-cards.csv", "styles-values.csv", "styles-choices.csv"):
        file = records / "1" / name
        whole = file.read_bytes()
        at = next(at for at in range(len(whole) - 1, 0, -1) if chr(whole[at]).isdigit())
        file.write_bytes(whole[:at] + (b"1" if whole[at : at + 1] != b"1" else b"3") + whole[at + 1 :])
        assert verify.main([str(records / "1")]) == 1, name
        assert not village.intact(one)
        file.write_bytes(whole)
    (records / "1" / "styles-pay.csv").unlink()
    assert verify.main([str(records / "1")]) == 1 and not village.intact(one)


def test_nobody_is_named_in_the_record(dressed, purse, records):
    running.train()
    cards, choosers, voters = dressed
    text = "".join((records / "1" / name).read_text() for name in folders.names(records / "1") if "style" in name)
    assert not any(one.handle in text for one in (*choosers, *voters)) and not any(card.name in text for card in cards)


def test_a_round_without_choices_has_no_such_part(purse, records):
    village.village(40, 10)
    one = running.train()
    assert (one.styles, one.styles_pool) == ({}, 0) and len(folders.names(records / "1")) == 7
    assert one.rules["budget"] == one.budget
    assert not StyleValue.objects.exists()


def test_nothing_to_learn_for_the_feed_is_no_round_for_styles_either(purse):
    village.dress(village.people(60), village.wardrobe())
    one = running.train()
    assert (one.state, one.error, one.styles_pool) == (RoundState.NOTHING, "no-examples", 0)


def test_styles_are_paid_by_a_round_that_promotes_nothing(purse):
    from social.ranking.maths.features import START

    village.village(40, 10, likes=START)
    village.dress(village.people(60), village.wardrobe())
    one = running.train()
    assert not one.verdict["promote"] and one.pool == 0 and one.styles_pool > 0
    assert StyleShare.objects.exists()


def test_where_the_feeds_gain_was_paid_before_styles_are_still_paid(dressed, purse, monkeypatch):
    monkeypatch.setattr(running, "_budget", lambda parent, purse: running.Budget())
    one = running.train()
    assert one.pool == 0 and one.styles_pool > 0 and one.budget == 1_000_000


def test_what_was_paid_for_is_where_the_next_round_starts(dressed, purse, records):
    one = running.train()
    two = running.train(fresh=True)
    assert two.styles["strengths"].keys() == one.styles["strengths"].keys()
    assert two.styles_pool < one.styles_pool / 5
    assert verify.main([str(records / "2")]) == 0


def test_a_round_that_paid_nothing_for_styles_takes_nothing_from_them(dressed, records):
    one = running.train()
    assert one.styles["pays"] and one.styles_pool == 0 and not StyleShare.objects.exists()
    assert stylepay.last_strengths() == {}


def test_pinned_and_captured_rounds_pay_no_styles(dressed, purse, records):
    Switch.objects.create(pk=1, mode=Mode.PINNED)
    one = running.train()
    assert one.styles["pays"] and one.styles_pool == 0 and not StyleShare.objects.exists()
    assert StyleValue.objects.count() == 4 and verify.main([str(records / "1")]) == 0


def test_captured_measuring_pays_no_styles(dressed, purse, monkeypatch):
    from social.training import computing
    from social.training.capture import Capture

    monkeypatch.setattr(computing, "captured", lambda *_args: Capture(0.2, 0.8, True))
    one = running.train()
    assert "captured" in one.verdict["reasons"] and one.styles_pool == 0 and not StyleShare.objects.exists()


# --- whose choices count ------------------------------------------------------------------------------------------


@pytest.fixture
def two():
    return village.wardrobe(2)


@pytest.fixture
def someone():
    found = village.people(1)
    village.share_drafts(found)
    return found[0]


def ids():
    return styles.take().ids.tolist()


def test_a_shared_choice_counts(two, someone):
    pair = village.chose(someone, *two)
    found = styles.take()
    assert (found.ids.tolist(), found.members.tolist()) == ([pair.pk], [someone.pk])
    assert (found.winners.tolist(), found.losers.tolist()) == ([two[0].pk], [two[1].pk])


def test_what_is_not_shared_or_not_whole_does_not(two, someone):
    village.chose(someone, *two, shared=False)
    village.chose(someone, *two, state="failed")
    village.chose(someone, two[0], None)
    village.chose(someone, None, two[0])
    village.chose(someone, two[0], two[0])
    assert not ids()
    village.chose(someone, *two)
    Profile.objects.filter(member=someone).update(shares_drafts=False)
    assert not ids()


def test_an_authors_own_style_does_not_count_either_way(two):
    author = two[0].author
    village.share_drafts([author])
    village.chose(author, *two)
    village.chose(author, *two[::-1])
    assert not ids()


@pytest.mark.parametrize("place", [0, 1])
def test_a_removed_or_emptied_style_takes_its_choices_along(two, someone, place, carol):
    pair = village.chose(someone, *two)
    StyleCard.objects.filter(pk=two[place].pk).update(state="retired")
    assert ids() == [pair.pk], "voted out or withdrawn, what it won still counts"
    StyleCard.objects.filter(pk=two[place].pk).update(retired_by=carol, reason="Spam")
    assert not ids()
    StyleCard.objects.filter(pk=two[place].pk).update(retired_by=None, reason="", name="")
    assert not ids()


@pytest.mark.parametrize("change", [{"is_active": False}, {"suspended_until": timezone.now() + timedelta(days=3)}])
def test_who_left_or_is_suspended_does_not_choose(two, someone, change):
    village.chose(someone, *two)
    Member.objects.filter(pk=someone.pk).update(**change)
    assert not ids()


def test_one_member_counts_once_for_each_ordered_pair(two, someone):
    for _ in range(5):
        village.chose(someone, *two)
    other = village.chose(someone, *two[::-1])
    last = village.chose(someone, *two)
    assert ids() == [other.pk, last.pk]


def test_only_so_many_styles_and_choices_take_part(someone, monkeypatch):
    cards = village.wardrobe(6)
    old = village.chose(someone, cards[4], cards[5])
    new = [village.chose(someone, cards[at], cards[at + 1]) for at in (0, 1, 2)]
    monkeypatch.setattr(styles, "MOST_CARDS", 4)
    assert ids() == [pair.pk for pair in new]
    monkeypatch.setattr(styles, "MOST", 2)
    assert ids() == [pair.pk for pair in new[1:]] and old


def test_choices_are_part_of_what_tells_one_snapshot_from_another(two, someone):
    before = snapshot.take().ids
    village.chose(someone, *two)
    assert snapshot.take().ids != before


def test_who_measures_taught_nothing_and_at_most_twenty_of_each_count(dressed, purse, monkeypatch):
    taken = snapshot.take()
    monkeypatch.setattr(lots, "PAIRS", 3)
    made = running.computed(1)
    record = made.result.styles.record
    assert record.inputs.measuring.members.min() > record.inputs.choices.members.max()
    assert record.result.gain["members"] == lots.how_many(80) == 16 and len(record.inputs.measuring) <= 48
    drawn = lots.in_order(sorted(set(taken.choices.members.tolist())), lots.draw(1).seed)[:16]
    assert len(record.inputs.choices) == sum(pk not in drawn for pk in taken.choices.members.tolist())


# --- who has a part -----------------------------------------------------------------------------------------------


def test_authors_and_those_who_had_voted_have_a_part(two):
    here, late, against, gone, suspended = village.people(5)
    village.vote_for(two[0], [here, gone, suspended])
    began = timezone.now()
    village.vote_for(two[0], [late], days=-1)
    StyleVote.objects.create(member=against, card=two[0], value=-1, at=began - timedelta(days=1))
    Member.objects.filter(pk=gone.pk).update(is_active=False)
    Member.objects.filter(pk=suspended.pk).update(suspended_until=began + timedelta(days=1))
    card = two[0]
    assert styles.claims([card.pk], began) == [(card.pk, 0, card.author_id), (card.pk, 1, here.pk)]
    Member.objects.filter(pk=card.author_id).update(is_active=False)
    assert styles.claims([card.pk], began) == [(card.pk, 1, here.pk)]


def test_a_vote_while_the_round_is_computed_brings_nothing(dressed, purse, monkeypatch):
    cards, choosers, voters = dressed
    real = running.computed

    def meanwhile(number, *rest):
        styling.vote(actor=choosers[0], card=cards[0], value=1)
        return real(number, *rest)

    monkeypatch.setattr(running, "computed", meanwhile)
    one = running.train()
    assert StyleVote.objects.filter(member=choosers[0]).exists()
    paid = StyleShare.objects.filter(round=one, part=Part.VOTE)
    assert set(paid.values_list("member", flat=True)) == {voter.pk for voter in voters}


# --- taken back while it runs -------------------------------------------------------------------------------------


def after_computing(monkeypatch, deed):
    """Do something once, when the round is computed and not stored yet; how often it was computed."""
    real, calls = running.computed, []

    def once(number, *rest):
        made = real(number, *rest)
        calls.append(made)
        if len(calls) == 1:
            deed()
        return made

    monkeypatch.setattr(running, "computed", once)
    return calls


def test_choices_taken_back_while_it_runs_are_not_in_it(dressed, purse, monkeypatch):
    _cards, choosers, _voters = dressed
    actor = Member.objects.get(pk=choosers[0].pk)
    calls = after_computing(monkeypatch, lambda: assistant.prefer(actor=actor, uses=True, shares=False))
    one = running.train()
    assert len(calls) == 2 and one.state == RoundState.DONE
    assert actor.pk in calls[0].taken.choices.members and actor.pk not in calls[1].taken.choices.members
    assert not DraftPair.objects.filter(member=actor, shared=True).exists()


def test_a_vote_taken_back_and_given_again_does_not_keep_a_round_from_its_end(dressed, purse, monkeypatch):
    """It counts as it stood when the round looked; who votes anew meanwhile has no part in the next attempt either."""
    cards, choosers, voters = dressed
    real, calls = running.computed, []

    def restless(number, *rest):
        made = real(number, *rest)
        calls.append(made)
        for value in (0, 1):
            styling.vote(actor=voters[0], card=cards[0], value=value)
        if len(calls) == 1:
            assistant.prefer(actor=Member.objects.get(pk=choosers[0].pk), uses=True, shares=False)
        return made

    monkeypatch.setattr(running, "computed", restless)
    one = running.train()
    assert one.state == RoundState.DONE and len(calls) == 2, "the choices alone made it begin anew"
    paid = StyleShare.objects.filter(round=one, part=Part.VOTE).values_list("member", flat=True)
    assert set(paid) == {voters[1].pk, voters[2].pk}


def test_a_style_removed_while_it_runs_is_not_paid(dressed, purse, monkeypatch, mona):
    cards, _choosers, _voters = dressed
    calls = after_computing(monkeypatch, lambda: styling.remove(actor=mona, card=cards[0], reason="Spam"))
    one = running.train()
    assert len(calls) == 2 and StyleValue.objects.filter(round=one).exists()
    assert not StyleValue.objects.filter(round=one, card=cards[0]).exists()


def test_an_author_who_leaves_while_it_runs_is_paid_as_one_who_leaves_after_it(dressed, purse, monkeypatch):
    cards, _choosers, _voters = dressed
    author = Member.objects.filter(pk=cards[0].author_id)
    calls = after_computing(monkeypatch, lambda: author.update(is_active=False))
    one = running.train()
    assert len(calls) == 1 and StyleShare.objects.filter(round=one, member=cards[0].author_id).exists()


def test_what_breaks_while_styles_are_stored_leaves_nothing(dressed, purse, records, monkeypatch):
    def broken(*_args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(stylepay.StyleShare.objects, "bulk_create", broken)
        one = running.train()
    assert one.state == RoundState.FAILED and not MemberValue.objects.exists() and not StyleValue.objects.exists()
    assert not (records / "1").exists()
    assert running.train().styles_pool > 0


def test_rows_of_no_grains_or_twice_are_refused(dressed):
    cards, choosers, _voters = dressed
    one = Round.objects.create(number=1)
    row = {"round": one, "card": cards[0], "member": choosers[0], "number": 0, "part": Part.AUTHOR}
    for grains in ([0], [5, 5]):
        with pytest.raises(IntegrityError), running.transaction.atomic():
            for amount in grains:
                StyleShare.objects.create(**row, grains=amount)


def test_the_number_of_queries_does_not_grow_with_choices(dressed, django_assert_max_num_queries):
    with django_assert_max_num_queries(31) as few:
        running.computed(1)
    village.dress(village.people(30), dressed[0], seed=5)
    with django_assert_max_num_queries(len(few)):
        running.computed(1)
    assert STRONG


# --- by address ---------------------------------------------------------------------------------------------------


def test_the_public_page_tells_of_styles_and_gives_their_files(dressed, purse, client):
    one = running.train()
    text = client.get("/ranking/1/").content.decode()
    assert "Foretells choices better by" in text and "to the authors of styles and to those who had voted" in text
    assert one.styles_pool and "The round allots" in text and "drawn by lot, " in text
    commands = client.get("/ranking/1/verify.txt").content.decode()
    for name in record.STYLE_FILES:
        assert f"/ranking/1/{name}" in text and f"curl -fsSO http://testserver/ranking/1/{name}" in commands
        answer = client.get(f"/ranking/1/{name}")
        assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() in text
    assert f"{one.styles['choices']} choices, better by" in RoundAdmin(Round, site).of_styles(one)
    figures = reads.styles_of(one)
    assert figures.low < figures.gain < figures.high and figures.left == one.styles_pool - one.styles["given"]


def test_where_there_are_no_styles_there_is_no_such_file(purse, client):
    village.village(40, 10)
    running.train()
    assert client.get("/ranking/1/styles.json").status_code == 404
    assert "Foretells choices" not in client.get("/ranking/1/").content.decode()


def test_a_round_that_is_not_sure_says_so_of_styles(purse, client, monkeypatch):
    village.village(40, 10)
    cards = village.wardrobe()
    village.dress(village.people(18), cards)
    one = running.train()
    assert one.styles["reasons"] and one.styles_pool == 0
    assert "too few measured, or the gain is not sure" in client.get("/ranking/1/").content.decode()


def test_who_shares_is_told_what_for(alice, as_member):
    Profile.objects.filter(member=alice).update(uses_assistant=True)
    text = as_member(alice).get("/settings/assistant/").content.decode()
    assert "what their authors and voters are paid; a public record lists it, also without your name." in text
