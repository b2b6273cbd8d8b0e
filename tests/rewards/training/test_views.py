"""What members read of it, what everybody may check, and that nobody reads what is another's."""

import csv
import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rewards.training import actions as deeds
from rewards.training import allotting, receipts
from social.comparisons.models import Example
from social.consent import actions as consent
from social.training import folders, running, storing
from social.training.models import ExampleValue, MemberValue, Round
from tests.rewards import village
from tests.rewards.training.test_story_train_and_pay import housed
from tests.rewards.training.town import MET
from tests.social.training import village as teachers

PAGES = ("", "1/mine/", "1/mine.json", "1/mine.csv")


@pytest.fixture
def learned(town):
    """A round in earnest, and one who taught it."""
    town.endow(1_000 * MET)
    housed(teachers.village(40, 10))
    one = running.train()
    allotting.advance()
    return one


@pytest.fixture
def ines(learned):
    return MemberValue.objects.filter(round=learned, phi__gt=0).order_by("-grains").first().member


def file(name):
    return (folders.directory(1) / name).read_bytes()


def read(client, path):
    answer = client.get(f"/rewards/training/{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_without_a_round_the_page_says_what_to_do(alice, as_member):
    assert "It is off until you say so" in read(as_member(alice), "")
    consent.give(actor=alice, purpose="train", version=1)
    assert "the next round counts it" in read(as_member(alice), "")


def test_a_visitor_is_asked_to_sign_in_and_a_stranger_finds_nothing(learned, carol, as_member):
    for path in PAGES:
        assert Client().get(f"/rewards/training/{path}").status_code == 302, path
    for path in PAGES[1:]:
        assert as_member(carol).get(f"/rewards/training/{path}").status_code == 404, path
    assert "No round with your examples yet" in read(as_member(carol), "")


@pytest.mark.parametrize("path", [*PAGES, "1/", "1/round.json"])
def test_these_pages_are_only_read(learned, ines, as_member, path):
    assert as_member(ines).post(f"/rewards/training/{path}").status_code == 405


def test_a_damaged_page_link_is_said(learned, ines, as_member):
    for path in ("", "1/mine/"):
        assert as_member(ines).get(f"/rewards/training/{path}?before=x").status_code == 400


def test_the_receipt_adds_up_to_the_grain(learned, ines, as_member):
    page = read(as_member(ines), "1/mine/")
    value = MemberValue.objects.get(round=learned, member=ines)
    whole = page[page.index("Why this amount") :]
    amounts = [int(found.replace(",", "").replace(".", "")) for found in re.findall(r"([\d,]+\.\d{9})", whole)]
    equal, by_value, together = amounts[:3]
    assert equal + by_value == together == value.grains and equal > 0
    assert "of 200 accepted examples" in page or "accepted examples" in page
    assert page.count('class="row example"') == 10
    assert f"you are member {value.number} of this round" in page


def test_the_receipt_as_a_file_holds_every_example(learned, ines, as_member, monkeypatch):
    # Ten lines are several pieces.
    monkeypatch.setattr(receipts, "CHUNK", 3)
    client = as_member(ines)
    value = MemberValue.objects.get(round=learned, member=ines)
    plain = json.loads(read(client, "1/mine.json"))
    answer = client.get("/rewards/training/1/mine.csv")
    table = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert "round-1.csv" in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"
    assert len(table) == len(plain["examples"]) == value.items == 10
    assert sum(int(line["value_pico_nats"]) for line in table) == value.phi == plain["value_pico_nats"]
    # Each line is found in the public record under its number.
    public = (folders.directory(1) / "values.csv").read_text().splitlines()
    assert all(f"{line['example']},{line['value_pico_nats']}" == public[int(line["example"]) + 1] for line in table)
    assert plain["record_sha256"] == learned.record_sha256 and plain["grains"]["together"] == value.grains


def test_what_was_deleted_or_hidden_since_is_not_shown(learned, ines, as_member):
    first, second = Example.objects.filter(member=ines).order_by("-pk")[:2]
    type(second.winner).objects.filter(pk=second.winner_id).update(visibility="followers", text="among us")
    first.delete()
    page = read(as_member(ines), "1/mine/")
    assert "You have deleted this example" in page and "among us" not in page
    assert "a post that is not there for you any more" in page
    assert json.loads(read(as_member(ines), "1/mine.json"))["examples"]


def test_a_value_below_zero_is_told_in_neutral_words(town, as_member):
    town.endow(100 * MET)
    people = town.live(3)
    town.round([500, 200, -300], 10 * MET)
    allotting.advance(village.on(0))
    page, receipt = read(as_member(people[2]), ""), read(as_member(people[2]), "1/mine/")
    for text in (page, receipt):
        assert "−300" in text and "did not help this round’s measurement" in text
        assert "Nothing is taken away from you" in text
        assert not re.search("fraud|cheat|abuse|manipul|suspicious|bad data|poison", text, re.IGNORECASE)
    # The equal part is theirs all the same.
    assert "1.00\u00a0MET" in page
    assert "did not help" not in read(as_member(people[0]), "")
    assert "It is carried into your next rounds" in page and "It is carried into your next rounds" in receipt
    # Balances move with money alone.
    town.round([500, 200, -300], 0)
    MemberValue.objects.filter(round__number=2).update(balance=0)
    unpaid = read(as_member(people[2]), "2/mine/")
    assert "nothing of it is carried on" in unpaid and "It is carried into your next rounds" not in unpaid


def test_each_amount_says_where_it_stands(town, fay, finn, as_member):
    town.endow(1_000 * MET)
    people = town.live(4)
    one = town.released([5, 3, 2, 1], 100 * MET)
    held = deeds.stop(actor=fay, pay=town.pay(one, people[1]), reason="Somebody asked about it")
    deeds.stop(actor=fay, pay=town.pay(one, people[2]), reason="The same hand")
    deeds.forfeit(actor=finn, pay=town.pay(one, people[2]), note="It was the same hand")
    type(people[3]).objects.filter(pk=people[3].pk).update(payout_wallet=None)
    said = [
        (0, "on its way", "It comes with the epoch that closes next."),
        (1, "on hold", held.reason),
        (2, "forfeited", "It was the same hand"),
        (3, "on its way", "It waits for a wallet"),
    ]
    for place, label, reason in said:
        page = read(as_member(people[place]), "")
        assert f">{label}</span>" in page and reason in page
    village.close(0)
    page = read(as_member(people[0]), "")
    assert ">in epoch 0</span>" in page and "/rewards/epochs/0/why/" in page
    assert "For your examples" in as_member(people[0]).get("/rewards/epochs/0/why/").content.decode()
    town.round([5, 3, 2, 1], 0)
    page = read(as_member(people[0]), "")
    assert "this round paid nothing for examples" in page
    assert not re.search(r"nothing allotted</span>\s+<span class=\"meta\"><time", page)


def test_the_page_before_the_rows_are_made_says_the_same_as_after(town, as_member):
    town.endow(100 * MET)
    people = town.live(2)
    town.round([500, 200], 10 * MET)
    assert "held for one round" in read(as_member(people[0]), "")
    allotting.advance(village.on(0))
    assert "held for one round" in read(as_member(people[0]), "")


def test_many_rounds_take_as_many_queries_as_few_and_come_by_pages(town, as_member):
    town.endow(10_000 * MET)
    people = town.live(2)
    for _ in range(3):
        town.round([500, 200], 10 * MET)
    allotting.advance(village.on(0))
    client, counts = as_member(people[0]), []
    read(client, "")
    for more in (0, 27):
        for _ in range(more):
            town.round([500, 200], 10 * MET)
        allotting.advance(village.on(0))
        with CaptureQueriesContext(connection) as seen:
            page = read(client, "")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert page.count('/mine/"') == 20
    cursor = re.search(r"\?before=(\d+)", page)[1]
    rest = client.get(f"/rewards/training/?before={cursor}", headers={"HX-Request": "true"}).content.decode()
    assert rest.count('/mine/"') == 10 and "<html" not in rest


def test_many_examples_take_as_many_queries_as_few_and_come_by_pages(learned, ines, as_member):
    client, rows = as_member(ines), ExampleValue.objects.filter(round=learned, member=ines)
    read(client, "1/mine/")
    with CaptureQueriesContext(connection) as few:
        read(client, "1/mine/")
    given = Example.objects.filter(pk__in=rows.values("example")).first()
    ExampleValue.objects.bulk_create(
        ExampleValue(round=learned, example=given, member=ines, number=100_000 + at, phi=1) for at in range(30)
    )
    with CaptureQueriesContext(connection) as many:
        page = read(client, "1/mine/")
    assert len(few) == len(many) and page.count('class="row example"') == 20
    cursor = re.search(r"\?before=(\d+)", page)[1]
    rest = client.get(f"/rewards/training/1/mine/?before={cursor}", headers={"HX-Request": "true"}).content.decode()
    assert rest.count('class="row example"') == 20 and "<html" not in rest


def test_the_record_is_everybodys(learned, ines, as_member):
    page = read(Client(), "1/")
    assert "with 95&nbsp;% certainty" in page and 'href="/ranking/1/"' in page
    for name in folders.FILES:
        assert f'href="/ranking/1/{name}"' in page and hashlib.sha256(file(name)).hexdigest() in page
    sure = int(re.search(r"billionths of a nat</td><td class=\"n\">([\d,]+)<", page)[1].replace(",", ""))
    rate = re.search(r"nat that is sure</td><td class=\"n\">([\d.]+)", page)[1]
    assert learned.pool == min(learned.budget, sure * round(float(rate) * MET))
    assert learned.record_sha256 in page and "python -m social.ranking.verify round-1" in page
    assert "Your part is" not in page and "Your part is" in read(as_member(ines), "1/")
    # Who the members are stands nowhere.
    assert "villager" not in page


def test_the_files_have_one_address(learned):
    for name in folders.FILES:
        answer = Client().get(f"/rewards/training/1/{name}")
        assert (answer.status_code, answer["Location"]) == (301, f"/ranking/1/{name}")
        assert b"".join(Client().get(answer["Location"]).streaming_content) == file(name)
    for path in ("1/nothing.csv", "1/..%2f..%2fmetya.sqlite3", "2/", "2/round.json", "x/"):
        assert Client().get(f"/rewards/training/{path}", follow=True).status_code == 404, path


def test_a_record_that_was_changed_or_lost_is_said(learned, ines, as_member):
    Round.objects.filter(pk=learned.pk).update(record_sha256="0" * 64)
    assert "cannot be read right now" in read(Client(), "1/")
    for path in folders.directory(1).iterdir():
        path.unlink()
    Round.objects.filter(pk=learned.pk).update(record_sha256="1" * 64)
    assert "cannot be read right now" in read(Client(), "1/")
    # The receipt stays; only what others had is not known.
    assert "Allotted to you" in read(as_member(ines), "1/mine/")


def test_a_receipt_says_how_long_its_details_are_kept_and_that_they_are_gone(learned, ines, as_member):
    client = as_member(ines)
    assert "What each single example was worth is kept until" in read(client, "1/mine/")
    ended = timezone.now() - timedelta(days=401)
    Round.objects.filter(pk=learned.pk).update(started_at=ended, finished_at=ended)
    storing.forget_details()
    page, plain = read(client, "1/mine/"), json.loads(read(client, "1/mine.json"))
    assert "was worth was kept until" in page and "Why this amount" in page and 'class="row example"' not in page
    value = MemberValue.objects.get(round=learned, member=ines)
    assert plain["examples"] == [] and plain["grains"]["together"] == value.grains
    assert plain["examples_kept_until"] and plain["value_pico_nats"] == value.phi
