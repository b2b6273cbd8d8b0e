"""Members vote before a version comes into use: who may, what it decides, and that nothing is in use or paid before."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.web.errors import NotAllowed
from social.notifications.models import Notification
from social.ranking import verify
from social.ranking.maths.features import START
from social.ranking.models import ModelVersion, State
from social.training import ballots, running, versions
from social.training.models import MemberValue, Mode, PromotionVote, Round, RoundState, StyleShare, Switch, Validator
from tests import make
from tests.social.training import village

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(purse):
    """Sixty members who teach and measure, where members vote for two days and four of them have to."""
    Switch.objects.create(pk=1, mode=Mode.VOTE, vote_days=2, vote_least=4)
    return village.village()


@pytest.fixture
def one(people):
    return running.train()


def vote(people, number, *said):
    for member, supports in zip(people, said, strict=False):
        ballots.vote(actor=member, number=number, supports=supports)


def over(one):
    """As if its time had passed."""
    Round.objects.filter(pk=one.pk).update(votes_until=timezone.now() - timedelta(seconds=1))


def in_use():
    return ModelVersion.objects.get(state=State.CHAMPION).number


def test_what_meets_the_rule_waits_for_the_vote(one, people, records):
    assert one.state == RoundState.VOTING and one.pool > 0 and not one.verdict["promote"] and one.verdict["rule"]
    assert one.challenger.state == State.CHALLENGER and in_use() == 1
    assert AuditEvent.objects.get(verb="training.round").data["promoted"] is False
    assert timedelta(days=1, hours=23) < one.votes_until - timezone.now() <= timedelta(days=2)
    told = Notification.objects.filter(kind="notice", url="/ranking/1/")
    assert told.count() == 60 and "vote" in told.first().text
    assert not Round.objects.finished().exists(), "nothing of it is paid or counted before the end"
    assert verify.main([str(records / "1")]) == 0, "whoever votes can compute it again"
    # No other round begins, nobody is drawn for the next, and the nightly job ends nothing before its time.
    assert running.train(fresh=True) is None and ballots.close_due() == 0
    assert not Validator.objects.filter(number=2).exists()
    with pytest.raises(CommandError, match="members vote on round 1 until"):
        call_command("train_ranking", "--now")


def test_more_for_it_than_against_it_bring_it_into_use(one, people):
    vote(people, 1, True, True, True, False)
    over(one)
    assert ballots.close_due() == 1 and ballots.close_due() == 0
    one.refresh_from_db()
    assert one.state == RoundState.DONE and one.verdict["promote"] and one.verdict["votes"] == {"for": 3, "against": 1}
    assert in_use() == one.challenger.number == 2 and one.pool > 0
    assert sum(MemberValue.objects.values_list("grains", flat=True)) > 0
    assert AuditEvent.objects.get(verb="training.voted").data["promoted"] is True
    assert Validator.objects.filter(number=2).exists(), "the lot of the next round is drawn"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((True, True, False, False), "voted-down"),
        ((True, False, False, False), "voted-down"),
        ((True, True, True), "too-few-votes"),
        ((), "too-few-votes"),
    ],
)
def test_refused_it_pays_nothing_and_nobody_carries_anything_on(one, people, said, why):
    vote(people, 1, *said)
    over(one)
    ballots.close_due()
    one.refresh_from_db(), one.challenger.refresh_from_db()
    assert one.state == RoundState.DONE and one.verdict["reasons"] == [why] and not one.verdict["promote"]
    assert in_use() == 1 and one.challenger.state == State.REJECTED and one.challenger.promoted_at is None
    assert one.pool == 0 and set(MemberValue.objects.values_list("grains", "balance")) == {(0, 0)}
    assert MemberValue.objects.filter(phi__lt=0).exists(), "some would have carried something on"


def test_what_members_carried_before_stays_when_the_next_is_refused(purse):
    village.village()
    first = running.train()
    before = ballots.carried()
    assert first.verdict["promote"] and before, "some carry something on"
    Switch.objects.create(pk=1, mode=Mode.VOTE, vote_days=1, vote_least=2)
    village.village(likes=village.taste(7, 1.2), seed=9, each=30)
    second = running.train()
    assert second.state == RoundState.VOTING and ballots.carried() == before, "a vote moves nobody's balance"
    over(second)
    ballots.close_due()
    assert ballots.carried() == before


def test_no_round_begins_that_looked_before_the_vote_began(one):
    """Whoever asks while the last round is being stored finds no vote yet, and then waits for the row."""
    assert running.begin() is None and list(Round.objects.all()) == [one]


def test_what_an_update_of_the_site_made_unreadable_is_not_taken_into_use(one, people):
    vote(people, 1, True, True, True, True)
    ModelVersion.objects.filter(pk=one.challenger_id).update(weights="{}")
    over(one)
    assert ballots.close_due() == 1
    one.refresh_from_db()
    assert one.verdict["reasons"] == ["unreadable"] and in_use() == 1 and one.pool == 0


def test_the_download_tells_of_a_vote_nothing_as_allotted(one, people):
    rows = MemberValue.objects.filter(grains__gt=0)
    assert rows.exists() and not rows.allotted().exists()
    vote(people, 1, True, True, True, True)
    over(one)
    ballots.close_due()
    assert rows.allotted().exists()


def test_the_last_word_counts_and_only_once(one, people):
    vote(people, 1, True, True, True, True)
    vote(people, 1, False)
    assert PromotionVote.objects.count() == 4 and ballots.tally(one) == {"for": 3, "against": 1}


def test_who_came_after_it_began_or_is_suspended_does_not_vote(one, people):
    late = make.member("late")
    with pytest.raises(NotAllowed, match="before the vote began"):
        ballots.vote(actor=late, number=1, supports=True)
    people[0].suspended_until = timezone.now() + timedelta(days=1)
    people[0].save(update_fields=["suspended_until"])
    with pytest.raises(NotAllowed):
        ballots.vote(actor=people[0], number=1, supports=True)


def test_who_was_suspended_since_is_not_counted(one, people):
    vote(people, 1, True, True, True, True)
    for member in people[:2]:
        member.is_active = False
        member.save(update_fields=["is_active"])
    over(one)
    ballots.close_due()
    one.refresh_from_db()
    assert one.verdict["reasons"] == ["too-few-votes"]


def test_after_the_end_no_vote_counts(one, people):
    over(one)
    with pytest.raises(NotAllowed, match="over"):
        ballots.vote(actor=people[0], number=1, supports=True)
    ballots.close_due()
    with pytest.raises(NotAllowed, match="over"):
        ballots.vote(actor=people[0], number=1, supports=True)
    with pytest.raises(Round.DoesNotExist):
        ballots.vote(actor=people[0], number=7, supports=True)


@pytest.mark.parametrize(("mode", "why"), [(Mode.PINNED, "pinned"), (Mode.STOPPED, "pinned"), (Mode.ON, "")])
def test_what_administrators_switched_meanwhile_counts(one, people, mode, why):
    vote(people, 1, True, True, True, True)
    Switch.objects.update(mode=mode)
    over(one)
    ballots.close_due()
    one.refresh_from_db()
    assert one.verdict["reasons"] == ([why] if why else []) and in_use() == (1 if why else 2)


@pytest.mark.parametrize(("mode", "paid"), [(Mode.PINNED, False), (Mode.VOTE, True)])
def test_a_refused_vote_still_pays_styles_but_not_where_administrators_stopped_it(one, people, mode, paid):
    card = village.wardrobe(1)[0]
    StyleShare.objects.create(round=one, card=card, member=people[0], number=0, part="author", grains=5)
    Round.objects.filter(pk=one.pk).update(styles_pool=6, styles={"given": 5, "strengths": {}})
    Switch.objects.update(mode=mode)
    over(one)
    ballots.close_due()
    one.refresh_from_db()
    assert StyleShare.objects.exists() is paid and one.pool == 0
    assert (one.styles_pool, one.styles["given"]) == ((6, 5) if paid else (0, 0))


def test_another_version_in_use_ends_it(one, people):
    vote(people, 1, True, True, True, True)
    ModelVersion.objects.filter(number=1).update(state=State.RETIRED)
    ModelVersion.objects.create(number=9, state=State.CHAMPION, weights=one.parent.weights, features_version="x")
    over(one)
    ballots.close_due()
    one.refresh_from_db()
    assert one.verdict["reasons"] == ["another-in-use"] and in_use() == 9 and one.pool == 0


def test_the_job_of_the_night_ends_the_vote_and_goes_on(one, people):
    vote(people, 1, False, False, False, False)
    over(one)
    two = running.train(fresh=True)
    assert Round.objects.get(number=1).state == RoundState.DONE and two.number == 2 and two.state == RoundState.VOTING


def test_what_the_rule_refuses_is_not_voted_on(purse):
    Switch.objects.create(pk=1, mode=Mode.VOTE)
    village.village(40, 10, likes=START)
    one = running.train()
    assert one.state == RoundState.DONE and not one.verdict["promote"] and one.votes_until is None


def test_an_administrator_sets_it_with_its_numbers():
    ada = make.member("ada", roles=("admin",))
    versions.set_mode(actor=ada, mode=Mode.VOTE, reason="It is everybody's feed", vote_days=5, vote_least=3)
    assert versions.mode() == Mode.VOTE and versions.ballot() == (5, 3)
    assert AuditEvent.objects.get(verb="training.switched").data["vote_days"] == 5


# --- the page -----------------------------------------------------------------------------------------------------


def test_a_member_votes_on_the_page_and_changes_it(one, people, as_member):
    client = as_member(people[0])
    page = client.get("/ranking/1/").content.decode()
    assert "Should it be taken into use?" in page and "0 members have voted" in page and "nothing is paid" in page
    assert "The one voted on orders rightly" in page and "The refused one" not in page
    assert client.post("/ranking/1/vote/", {"say": "for"}).url == "/ranking/1/"
    assert "You voted for it." in client.get("/ranking/1/").content.decode()
    client.post("/ranking/1/vote/", {"say": "against"})
    page = client.get("/ranking/1/").content.decode()
    assert "You voted against it." in page and "1 member has voted, at least 4" in page
    assert "up for a vote until" in client.get("/ranking/").content.decode()
    vote(people[1:], 1, True, True, True)
    over(one)
    ballots.close_due()
    page = client.get("/ranking/1/").content.decode()
    assert "3 for it, 1 against it." in page and "members voted for it" in page and "is not paid" not in page


def test_the_page_of_a_refused_round_says_that_what_its_files_compute_is_not_paid(one, people, client):
    vote(people, 1, False, False, False, False)
    over(one)
    ballots.close_due()
    page = client.get("/ranking/1/").content.decode()
    assert (
        "0 for it, 4 against it. It was not taken into use, so what the record computes for examples is not paid."
        in page
    )


def test_strangers_bad_words_and_rounds_that_are_none(one, people, as_member, client):
    assert "Sign in to vote" in client.get("/ranking/1/").content.decode()
    assert client.post("/ranking/1/vote/", {"say": "for"}).status_code == 302 and not PromotionVote.objects.exists()
    member = as_member(people[0])
    assert member.post("/ranking/1/vote/", {"say": "maybe"}).status_code == 422
    assert member.get("/ranking/1/vote/").status_code == 405
    assert member.post("/ranking/7/vote/", {"say": "for"}).status_code == 404
    late = as_member(make.member("late"))
    assert "who were here before" in late.get("/ranking/1/").content.decode()
    assert late.post("/ranking/1/vote/", {"say": "for"}).status_code == 403 and not PromotionVote.objects.exists()
    assert client.get("/ranking/1/examples.csv").status_code == 200
