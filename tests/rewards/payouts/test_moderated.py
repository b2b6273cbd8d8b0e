"""Decisions of moderators and the money: what stops counting, what is held, and what an appeal gives back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.web.errors import NotAllowed
from rewards.epochs import actions as epochs
from rewards.epochs import calendar
from rewards.epochs.models import Epoch
from rewards.ledger import reads as ledger
from rewards.ledger.reads import Balances
from rewards.payouts import actions as review
from rewards.payouts import content, holding, moderated
from rewards.payouts.errors import WrongState
from rewards.payouts.models import BatchState, Hold, Payout, Touched
from social.appeals import actions as appeals
from social.interactions.models import Interaction, Pause
from social.interactions.reads import window
from social.moderation import stakes
from social.moderation.models import About, Decision, Kind
from social.notifications.models import Notification
from social.posts import actions as posts
from tests import make
from tests.rewards import village


@pytest.fixture
def nora(db):
    return make.member("nora", roles=("moderator",))


@pytest.fixture
def carla(db):
    return make.member("carla")


@pytest.fixture
def post(everyone):
    """By the second of the five; the third liked it on day 0, which is over."""
    post = make.post(everyone[1], "Buy now")
    given(everyone[2], post)
    return post


def given(source, post, kind="like", epoch=0, about=None):
    at = village.on(epoch, 9)
    return Interaction.objects.create(source=source, target=post.author, kind=kind, post=about or post, at=at)


@pytest.fixture
def reviewed(post, office):
    village.close(0)
    return post


def overturn(moderator, made):
    one = appeals.appeal(actor=made.member, decision=made, text="It was a joke.")
    return appeals.decide(actor=moderator, appeal=one, outcome="overturned", reasons="It was.")


def state(member, epoch=0):
    return village.payout(epoch, member).state


def balances(member):
    return ledger.balances_of(member.payout_wallet.address)


# --- what counts -----------------------------------------------------------------------------------------------------------


def counted(epoch=0):
    rows = window(start=village.on(epoch, 0), close=village.on(epoch + 1, 0))
    return sorted(zip(rows.source_id.tolist(), rows.target_id.tolist(), rows.kind.tolist(), strict=True))


@pytest.mark.parametrize("kind", ["warn", "limit", "suspend", "hide", "remove"])
def test_what_is_given_to_the_post_stops_counting_and_counts_again_after_an_appeal(post, carla, mona, nora, kind):
    """Day 0 is over and its facts are not taken yet: a like, a repost, a reply and a quote, and a warning stops them too."""
    author, other = post.author, [make.member("q0"), make.member("q1")]
    reply = make.post(other[0], "No", in_reply_to=post)
    quote = make.post(other[0], "See", quote_of=post)
    own = make.post(author, "More", in_reply_to=post)
    for fact in (("repost", None), ("reply", reply), ("quote", quote)):
        given(other[1] if fact[0] == "repost" else other[0], post, fact[0], about=fact[1])
    given(other[1], reply)  # to whoever answered
    given(other[1], own)  # to the same author, for another post
    before = counted()
    report = make.report(carla, author, post=post)
    make.decide(mona, make.report(carla, author, post=make.post(author)))
    assert counted() == before, "approving stops nothing"
    made = make.decide(mona, report, kind, days=7, sure=True)
    if kind == "suspend":
        type(author).objects.filter(pk=author.pk).update(suspended_until=None)
    stopped = [row for row in before if row not in counted()]
    assert len(stopped) == 4 and {row[1] for row in stopped} == {author.pk}
    assert len(counted()) == len(before) - 4
    assert Interaction.objects.filter(target=other[0]).exists()
    if kind == "suspend":
        type(author).objects.filter(pk=author.pk).update(suspended_until=made.ends_at)
    make.decide(mona, make.report(carla, author), "warn")
    overturn(nora, made)
    assert counted() == before


def test_two_decisions_pause_and_one_overturned_does_not_end_it(post, carla, mona, nora):
    before = len(counted())
    first = make.decide(mona, make.report(carla, post.author, post=post), "warn")
    make.decide(mona, make.report(carla, post.author, post=post), "limit", days=7)
    overturn(nora, first)
    assert len(counted()) == before - 1


def test_a_picture_pauses_its_post(post, carla, mona):
    before = len(counted())
    image = make.picture(post.author, post)
    report = make.report(carla, post.author, post=post, about=About(Kind.IMAGE, image.pk))
    make.decide(mona, report, "remove")
    assert len(counted()) == before - 1


# --- what is held ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["warn", "hide", "remove", "limit", "suspend"])
def test_the_payout_in_which_it_counted_is_held_with_the_decision(reviewed, office, carla, mona, kind):
    author = reviewed.author
    amount = village.payout(0, author).amount
    office.submit(0)
    made = make.decide(mona, make.report(carla, author, post=reviewed), kind, days=7, sure=True)
    hold = Hold.objects.get()
    assert hold.payout.member == author and hold.placed_by == mona
    assert hold.reason == f"moderation case {made.case_id}, rule spam v1"
    # What everybody reads names neither the case nor the rule that the wallet's owner is held to have broken.
    assert [one.reason for one in content.holds_of(0)] == ["epoch 0: decision of the moderators"]
    assert balances(author) == Balances(held=amount)
    assert village.batch(0).state == BatchState.DRAFT and village.batch(0).submitted_by is None
    assert {row.state for row in Payout.objects.exclude(member=author)} == {"in review"}
    touched = Touched.objects.get()
    assert (touched.decision, touched.hold, touched.became) == (made, hold, "held")
    event = AuditEvent.objects.get(verb="hold.placed_for_decision")
    assert (event.actor, event.data["decision"]) == (mona, made.pk)
    assert AuditEvent.objects.filter(verb="batch.voided").count() == 1
    assert hold.reason in Notification.objects.get(member=author, key=f"hold:{hold.pk}:held").said
    moderated.hold(made)
    assert Hold.objects.count() == Touched.objects.count() == 1, "safe to repeat"
    office.review(0)


def test_approving_and_what_did_not_count_hold_nothing(reviewed, everyone, carla, mona):
    author = reviewed.author
    make.decide(mona, make.report(carla, author, post=reviewed))
    unloved, later = make.post(author, "Nobody liked it"), make.post(author, "Liked today")
    given(everyone[2], later, epoch=1)
    taken = make.post(author, "Unliked in time")
    Interaction.objects.filter(pk=given(everyone[2], taken).pk).update(undone_at=village.on(0, 10))
    quiet = make.post(author, "Among us", visibility="followers")
    Interaction.objects.filter(pk=given(everyone[2], quiet).pk).update(public=False)
    for one in (unloved, later, taken, quiet):
        make.decide(mona, make.report(carla, author, post=one), "warn")
    assert not Hold.objects.exists() and not Touched.objects.exists()


@pytest.mark.parametrize("kind", ["warn", "limit", "remove"])
def test_a_decision_about_a_profile_holds_nothing_and_a_suspension_everything(reviewed, carla, mona, kind):
    author = reviewed.author
    make.decide(mona, make.report(carla, author), kind, days=7)
    assert not Hold.objects.exists()
    make.decide(mona, make.report(carla, author), "suspend", days=7, sure=True)
    assert Hold.objects.get().payout.member == author


def test_every_day_in_which_it_counted_and_only_those(reviewed, everyone, carla, mona):
    village.lively_day(everyone, 1)
    village.close(1)
    make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    # The window remembers day 0 on day 1.
    assert sorted(Hold.objects.values_list("payout__epoch", flat=True)) == [0, 1]
    a_while_ago = timezone.now() - moderated.MARGIN
    Decision.objects.update(applied_at=a_while_ago)
    Pause.objects.update(since=a_while_ago)
    village.lively_day(everyone, 2)
    village.close(2)
    assert Hold.objects.count() == 2, "day 2 was closed without what was given to the post"


def test_too_late_is_noted_and_the_decision_stands(reviewed, office, carla, mona):
    office.review(0)
    made = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "remove")
    assert made.applied_at and not Hold.objects.exists()
    assert Touched.objects.get().became == "late" and village.batch(0).state == BatchState.APPROVED
    office.accept(0)
    assert office.claim(0, reviewed.author) > 0


def test_what_a_reviewer_holds_is_not_held_twice_and_stays_theirs(reviewed, office, carla, mona, nora):
    holding.place(actor=office.first, payout=village.payout(0, reviewed.author), reason="Two accounts")
    made = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    assert Hold.objects.count() == 1 and Touched.objects.get().became == "stopped"
    done = overturn(nora, made)
    assert done.followed["released"] == 0 and state(reviewed.author) == "held"
    with pytest.raises(NotAllowed):
        holding.release_on_appeal(
            actor=nora, decision=Decision.objects.get(pk=made.pk), hold=Hold.objects.get(), note="x y"
        )


def test_decided_while_the_day_was_computed_it_is_held_when_reviewers_get_it(post, carla, mona, monkeypatch):
    """The facts were taken and no payout was there yet: preparing the batch catches up."""
    epochs.open_epochs_until(village.after(0))
    epochs.attest(epochs.score(epochs.close(Epoch.objects.get(pk=0), now=village.after(0))))
    made = make.decide(mona, make.report(carla, post.author, post=post), "warn")
    assert not Touched.objects.exists(), "no batch yet, and it is not too late"
    village.close(0)
    assert Touched.objects.get(decision=made).became == "held" and state(post.author) == "held"


def test_a_decision_that_did_not_see_the_batch_is_seen_when_it_is_submitted(reviewed, office, carla, mona, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(stakes, "hold", lambda made: None)
        make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    assert not Hold.objects.exists()
    assert office.submit(0).state == BatchState.SUBMITTED
    assert Hold.objects.get().payout.member == reviewed.author
    office.approve(0)


def test_a_rejected_batch_comes_again_with_its_hold(reviewed, office, carla, mona):
    make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    review.reject(actor=office.first, batch=village.batch(0), reason="Look again")
    assert Hold.objects.count() == 1 and state(reviewed.author) == "held"
    office.review(0)


def test_a_batch_that_moves_on_at_this_moment_stops_no_decision(reviewed, carla, mona, monkeypatch):
    monkeypatch.setattr(
        holding, "_void", lambda *_: (_ for _ in ()).throw(WrongState("The batch was approved meanwhile."))
    )
    made = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    assert made.applied_at and Touched.objects.get().became == "late" and state(reviewed.author) == "in review"


def test_a_decision_whose_holds_fail_has_no_effects(reviewed, carla, mona, monkeypatch):
    report = make.report(carla, reviewed.author, post=reviewed)

    def crash(*_args):
        raise RuntimeError("the machine stops")

    monkeypatch.setattr(moderated, "_note", crash)
    made = make.decide(mona, report, "remove")
    reviewed.refresh_from_db()
    assert made.applied_at is None and reviewed.present and not Hold.objects.exists()


def test_a_moderator_holds_nothing_by_themselves(reviewed, office, carla, mona):
    payout = village.payout(0, reviewed.author)
    pending = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn", applied=False)
    good = make.decide(mona, make.report(carla, reviewed.author))
    other = make.decide(mona, make.report(carla, carla.__class__.objects.get(handle="p3")), "warn")
    for made in (pending, good, other):
        with pytest.raises(NotAllowed):
            holding.place_for_decision(decision=made, payout=payout)
    with pytest.raises(NotAllowed):
        holding.place(actor=mona, payout=payout, reason="I want to")


# --- what an appeal gives back ---------------------------------------------------------------------------------------------


def test_overturned_in_time_it_is_as_if_nothing_had_been(reviewed, office, carla, mona, nora):
    author = reviewed.author
    amount = village.payout(0, author).amount
    made = make.decide(mona, make.report(carla, author, post=reviewed), "remove")
    office.submit(0)
    one = overturn(nora, made)
    assert one.followed["released"] == 1 and Hold.objects.get().state == "cancelled"
    assert state(author) == "in review" and village.batch(0).state == BatchState.DRAFT
    event = AuditEvent.objects.get(verb="hold.released_on_appeal")
    assert event.actor == nora and event.data["decision"] == made.pk
    assert Notification.objects.filter(member=author, key__endswith=":released").count() == 1
    office.review(0)
    office.accept(0)
    assert office.claim(0, author) == amount


def test_overturned_after_publication_it_comes_with_the_next_day(reviewed, everyone, office, carla, mona, nora):
    author = reviewed.author
    amount = village.payout(0, author).amount
    made = make.decide(mona, make.report(carla, author, post=reviewed), "warn")
    office.review(0)
    office.accept(0)
    assert overturn(nora, made).followed["released"] == 1
    assert (state(author), Hold.objects.get().state) == ("released", "released")
    assert balances(author) == Balances(owed=amount)
    village.close(1)
    assert village.payout(1, author).amount == amount + village.payout(1, author).earned


def test_what_a_reviewer_forfeited_is_told_and_stays(reviewed, office, carla, mona, nora):
    made = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    holding.forfeit(actor=office.first, hold=Hold.objects.get(), note="It was a ring")
    done = overturn(nora, made)
    assert (done.followed["released"], done.followed["lost"]) == (0, 1) and state(reviewed.author) == "forfeited"


def test_another_decision_that_stands_keeps_the_hold_until_it_falls_too(reviewed, office, carla, mona, nora):
    first = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    second = make.decide(mona, make.report(carla, reviewed.author), "suspend", days=7, sure=True)
    assert sorted(Touched.objects.values_list("became", flat=True)) == ["held", "joined"] and Hold.objects.count() == 1
    done = overturn(nora, first)
    assert (done.followed["released"], done.followed["kept"]) == (0, 1) and state(reviewed.author) == "held"
    assert overturn(nora, second).followed["released"] == 1 and state(reviewed.author) == "in review"


def test_days_that_closed_meanwhile_are_told(reviewed, everyone, carla, mona, nora):
    made = make.decide(mona, make.report(carla, reviewed.author, post=reviewed), "warn")
    Decision.objects.filter(pk=made.pk).update(applied_at=timezone.now() - timedelta(minutes=1))
    village.lively_day(everyone, 1)
    village.close(1)
    made.refresh_from_db()
    assert overturn(nora, made).followed["epochs"] >= 1
    about_nothing_given = make.decide(mona, make.report(carla, reviewed.author), "warn")
    Decision.objects.filter(pk=about_nothing_given.pk).update(applied_at=timezone.now() - timedelta(minutes=1))
    about_nothing_given.refresh_from_db()
    assert overturn(nora, about_nothing_given).followed["epochs"] == 0


# --- what moderators see ---------------------------------------------------------------------------------------------------


def test_at_stake_by_state_in_few_queries(reviewed, everyone, carla, mona, django_assert_max_num_queries):
    author = reviewed.author
    amount = village.payout(0, author).amount
    with django_assert_max_num_queries(2):
        found = stakes.at_stake(author)
    assert [(one.words, one.amount) for one in found] == [("in review, 1 payout", amount)]
    make.decide(mona, make.report(carla, author, post=reviewed), "warn")
    assert [one.words for one in stakes.at_stake(author)] == ["on hold, 1 payout"]
    assert stakes.at_stake(carla) == []


def test_posts_like_any_other_count(everyone, post):
    """Written by the action, so that what counts here is what the site writes."""
    today = calendar.number_at(timezone.now()) or 0
    one = posts.publish(actor=everyone[0], text="Hello")
    posts.like(actor=everyone[3], post=one)
    rows = window(start=calendar.bounds(today)[0], close=calendar.bounds(today)[1])
    assert (everyone[3].pk, everyone[0].pk) in zip(rows.source_id.tolist(), rows.target_id.tolist(), strict=True)
