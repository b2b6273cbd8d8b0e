"""What authors and voters see of pay for styles, what everyone sees, and the whole way from choices to an epoch."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metya.wallets import roles, secondfactor
from metya.web.numbers import met
from rewards.training import actions, allotting, jobs
from rewards.training.models import PayKind, TrainingPay
from social.assistant.models import StyleCard
from social.training import folders, running
from social.training.models import MemberValue, Part, Round, StyleShare, StyleValue
from tests.rewards import village
from tests.rewards.training.test_story_train_and_pay import housed, recomputed
from tests.rewards.training.test_styles import PARTS
from tests.rewards.training.town import MET
from tests.social.training import village as teachers


@pytest.fixture
def dressed(town):
    town.endow(1_000 * MET)
    town.live(4)
    one = town.round([5, 3], 100 * MET)
    town.dress(one, PARTS, 20 * MET)
    allotting.advance(village.on(0))
    return one


def read(client, path=""):
    answer = client.get(f"/rewards/training/{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_an_author_sees_each_style_with_its_value_and_why(town, dressed, as_member):
    author = town.people[0]
    text = read(as_member(author))
    assert "Style 0" in text and "Style 1" in text and "your own" in text and "won 7 choices" in text
    assert met(7 * MET) in text and met(3 * MET) in text and "held for one round" in text
    # Examples and styles together.
    together = sum(TrainingPay.objects.of(author).values_list("grains", flat=True))
    assert met(together) in text and together > 10 * MET
    text = read(as_member(author), "1/mine/")
    assert "Your styles in this round" in text and "as its author: 7" in text and "+1,000" in text
    assert f"{met(10 * MET)} for the style" in text and "Each of your examples" in text
    assert "The round paid" in text and "70 % of a style’s part" in text and "more than 35 %" in text


def test_who_voted_sees_their_part_also_without_any_example(town, dressed, as_member):
    voter = town.people[2]
    assert not MemberValue.objects.filter(member=voter).exists()
    text = read(as_member(voter))
    assert "No round with your examples yet" not in text and "Allotted to you so far" in text
    text = read(as_member(voter), "1/mine/")
    assert "for your vote: 1" in text and "2 in all" in text and "No examples of yours" in text
    assert met(2 * MET) in text and "your own" not in text
    plain = as_member(voter).get("/rewards/training/1/mine.json").json()
    assert plain["styles"]["grains"] == 2 * MET and plain["round"] == 1 and "examples" not in plain
    assert [one["grains"] for one in plain["styles"]["styles"]] == [{"vote": MET}, {"vote": MET}]
    assert as_member(voter).get("/rewards/training/1/mine.csv").status_code == 404


def test_the_receipt_for_a_machine_has_both(town, dressed, as_member):
    plain = as_member(town.people[0]).get("/rewards/training/1/mine.json").json()
    assert plain["styles"]["pool_grains"] == 20 * MET and plain["styles"]["state"] == "waiting"
    assert plain["grains"]["together"] > 0 and plain["examples"] == []


def test_who_has_no_part_finds_no_receipt(town, dressed, as_member):
    stranger = town.people[3]
    assert as_member(stranger).get("/rewards/training/1/mine/").status_code == 404
    assert "Styles" not in read(as_member(stranger)).split("<main")[1].split("</main>")[0]


def test_a_value_below_zero_is_told_in_neutral_words(town, dressed, as_member):
    author = town.people[3]
    card = StyleCard.objects.create(author=author, name="Shouting", state="in_use")
    StyleValue.objects.create(round=dressed, card=card, number=9, phi=-4_000_000, choices=1)
    text = read(as_member(author), "1/mine/")
    assert (
        "−4,000" in text and "spoke for other styles. The next round looks anew." in text and "won one choice" in text
    )
    assert not any(word in text.lower() for word in ("fraud", "bad style", "penalty"))


@pytest.mark.parametrize(
    ("pays", "pool", "told"),
    [(False, 0, "not sure enough"), (True, 0, "There was no budget"), (True, 5, "less than a grain")],
)
def test_where_nothing_was_allotted_it_is_said_why(town, dressed, as_member, pays, pool, told):
    StyleShare.objects.all().delete()
    TrainingPay.objects.of_kind(PayKind.STYLES).delete()
    styles = dressed.styles | {"pays": pays}
    Round.objects.filter(pk=dressed.pk).update(styles_pool=pool, styles=styles)
    assert told in read(as_member(town.people[0]), "1/mine/")


def test_a_style_that_a_moderator_removed_keeps_its_name_to_itself(town, dressed, as_member, mona):
    StyleCard.objects.filter(name="Style 0").update(state="retired", retired_by=mona, reason="Mocks")
    text = read(as_member(town.people[2]), "1/mine/")
    assert "Style 0" not in text and "A style that is not there any more" in text and "Style 1" in text
    assert "Style 0" in read(as_member(town.people[0]), "1/mine/")


def test_each_amount_says_where_it_stands(town, dressed, fay, as_member):
    pay = town.pay(dressed, town.people[1], PayKind.STYLES)
    actions.stop(actor=fay, pay=pay, reason="One hand, five votes")
    text = read(as_member(town.people[1]), "1/mine/")
    assert "One hand, five votes" in text and "on hold" in text
    assert read(as_member(town.people[1])).count("One hand, five votes") == 1
    plain = as_member(town.people[1]).get("/rewards/training/1/mine.json").json()
    assert (plain["state"], plain["styles"]["state"]) == ("waiting", "held")
    # The amount for examples goes on.
    assert town.pay(dressed, town.people[1]).state == "held" and not town.pay(dressed, town.people[1]).placed_by


def test_neither_kind_is_taken_for_the_other_whichever_came_first(town, as_member):
    town.endow(1_000 * MET)
    town.live(4)
    one = town.round([5, 3], 100 * MET)
    town.dress(one, PARTS, 20 * MET)
    allotting.allot(one, PayKind.STYLES)
    allotting.allot(one)
    plain = as_member(town.people[0]).get("/rewards/training/1/mine.json").json()
    assert plain["grains"]["equal"] == town.pay(one, town.people[0]).equal > 0
    assert plain["styles"]["grains"] == 10 * MET


def test_it_comes_by_pages_and_takes_as_many_queries_for_many(town, dressed, as_member):
    client = as_member(town.people[0])
    with CaptureQueriesContext(
        connection,
    ) as few:
        read(client)
    for _ in range(14):
        one = town.round([5, 3], 0)
        town.dress(one, PARTS, 20 * MET)
    allotting.advance(village.on(0))
    with CaptureQueriesContext(connection) as many:
        text = read(client)
    assert len(many) <= len(few)
    assert "?styles=" in text
    later = text.split("?styles=")[1].split("#")[0].split('"')[0]
    earlier = read(client, f"?styles={later}")
    assert "Round 1</a>" in earlier and "won 7 choices" in earlier
    assert client.get("/rewards/training/?styles=x").status_code in (400, 404)


def test_everybody_sees_the_pool_of_styles_and_why(town, dressed, as_member):
    text = read(Client(), "1/")
    assert "Pool for styles" in text and met(20 * MET) in text and f"{met(6 * MET)} of it are left" in text
    assert "Of it for styles, which come first" in text and "At most 10 % of the round’s budget" in text
    assert "of 20 members, measured by 10 others" in text and "Your part" not in text
    assert f"Your part is {met(10 * MET)}" in read(as_member(town.people[0]), "1/")


def test_a_round_without_styles_says_nothing_of_them(town, as_member):
    town.endow(1_000 * MET)
    town.live(2)
    town.round([5, 3], 0)
    assert (
        "Pool for styles" not in read(Client(), "1/")
        and 'id="styles"' not in Client().get("/ranking/1/").content.decode()
    )


def test_a_style_tells_what_it_was_allotted(town, dressed, as_member):
    card = StyleCard.objects.get(name="Style 0")
    text = as_member(town.people[0]).get(card.get_absolute_url()).content.decode()
    assert met(10 * MET) in text and "in one round of training" in text
    other = StyleCard.objects.create(author=town.people[0], name="Another", state="in_use")
    assert "Nothing so far." in as_member(town.people[0]).get(other.get_absolute_url()).content.decode()


def test_reviewers_see_what_an_amount_is_for(town, dressed, fay, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    roles.sync()
    client, pay = as_member(fay), town.pay(dressed, town.people[2], PayKind.STYLES)
    page = client.get(f"/admin/rewards/trainingpay/{pay.pk}/change/").content.decode()
    assert (
        "for styles in round 1" in page
        and f"10\u00a0% of the round’s pool of {met(20 * MET)} for styles, in 2 parts" in page
    )
    assert "accepted example" not in page
    listed = client.get("/admin/rewards/trainingpay/?kind__exact=styles").content.decode()
    assert f"/admin/rewards/trainingpay/{pay.pk}/change/" in listed
    examples = town.pay(dressed, town.people[0])
    assert f"/admin/rewards/trainingpay/{examples.pk}/change/" not in listed
    # Beside it stand the member's other amounts, of either kind.
    pay = town.pay(dressed, town.people[0], PayKind.STYLES)
    beside = client.get(f"/admin/rewards/trainingpay/{pay.pk}/change/").content.decode()
    assert f"/admin/rewards/trainingpay/{examples.pk}/change/" in beside and "<td>examples</td>" in beside


# --- the whole way ------------------------------------------------------------------------------------------------


def test_a_community_values_its_styles_and_their_people_are_paid(town, tmp_path):
    # A thousand MET are set aside. Some teach the feed, others choose between drafts in four styles; five voted.
    town.endow(1_000 * MET)
    housed(teachers.village(50, 10))
    cards = teachers.wardrobe()
    housed([card.author for card in cards])
    teachers.dress(teachers.people(80), cards)
    voters = housed(teachers.people(5))
    teachers.vote_for(cards[0], voters)

    one = running.train()
    assert 0 < one.styles_pool <= one.budget // 10 and one.pool + one.styles_pool <= one.budget
    jobs.advance_pay.call()
    style_rows = TrainingPay.objects.of_kind(PayKind.STYLES)
    shares = StyleShare.objects.filter(round=one)
    assert sum(style_rows.values_list("grains", flat=True)) == sum(shares.values_list("grains", flat=True)) > 0
    best = StyleValue.objects.get(round=one, card=cards[0])
    author = shares.get(card=cards[0], part=Part.AUTHOR)
    assert author.grains == best.grains * 7 // 10
    equal = sorted(shares.filter(card=cards[0], part=Part.VOTE).values_list("grains", flat=True))
    assert len(equal) == 5 and equal[-1] - equal[0] <= 1 and sum(equal) == best.grains - author.grains

    # The next round finds nothing new, lets the first one go, and the day pays all of it.
    running.train(fresh=True)
    jobs.advance_pay.call()
    village.close(0)
    paid = town.earned(0)
    for row in style_rows.filter(round=one):
        assert paid[row.member.payout_wallet.address] >= row.grains
    assert set(style_rows.filter(round=one).values_list("state", flat=True)) == {"paid"}

    why = Client()
    why.force_login(cards[0].author)
    text = why.get("/rewards/epochs/0/why/").content.decode()
    assert "For styles" in text and "For your examples" not in text and "/rewards/training/1/mine/" in text

    # A stranger downloads what the page names, and comes to the same grains, of styles as well.
    place = tmp_path / "round-1"
    place.mkdir()
    visitor = Client()
    page = visitor.get("/rewards/training/1/").content.decode()
    for name in folders.names(folders.directory(1)):
        assert f'href="/ranking/1/{name}"' in page
        answer = visitor.get(f"/ranking/1/{name}")
        (place / name).write_bytes(b"".join(answer.streaming_content))
    code, said = recomputed(place)
    assert code == 0 and f"styles: {one.styles['given']} grains paid" in said
    lines = (place / "styles-pay.csv").read_text().splitlines()[1:]
    assert sorted(int(line.split(",")[3]) for line in lines if line.split(",")[3] != "0") == sorted(
        shares.values_list("grains", flat=True)
    )
    raise_one(place / "styles-pay.csv")
    assert recomputed(place)[0] == 1


def raise_one(path: Path) -> None:
    """One grain more for whoever stands first."""
    head, first, *rest = path.read_text().splitlines()
    *parts, grains = first.split(",")
    path.write_text("\n".join([head, ",".join([*parts, str(int(grains) + 1)]), *rest]) + "\n")


def test_where_styles_alone_are_paid_no_page_says_that_nobody_was(town, as_member, client):
    town.endow(1_000 * MET)
    town.live(4)
    one = town.round([5, 3], 0)
    town.dress(one, PARTS, 20 * MET)
    allotting.advance(village.on(0))
    author = town.people[0]
    for page in (read(client, f"{one.number}/"), read(as_member(author), f"{one.number}/mine/")):
        assert "paid nobody" not in page and met(20 * MET) in page
    assert "This round paid nothing for examples" in read(client, f"{one.number}/")
