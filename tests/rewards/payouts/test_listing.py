"""The list of payouts: every column sorts and filters, no row is lost or shown twice between pages."""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from metya.wallets import roles, secondfactor
from metya.web.errors import ActionError
from rewards.payouts import listing
from rewards.payouts.listing import AMOUNTS, SORTS, Asked
from rewards.payouts.models import Payout
from tests.rewards import village

MET = 10**9


@pytest.fixture
def many(in_review):
    """120 payouts beside the five, many of them alike in every column."""
    members = [*in_review, None]
    rows = [
        Payout(
            epoch_id=0,
            wallet=f"0x{n * 7919 % 127:040x}",
            member=members[n % 6],
            earned=n % 5 * MET,
            amount=(1 + n % 7) * MET,
            before=n % 3 * MET,
            cumulative=7 * MET,
            state=["in review", "held", "approved"][n % 3],
        )
        for n in range(120)
    ]
    Payout.objects.bulk_create(rows)
    yield village.batch(0)
    Payout.objects.filter(wallet__startswith="0x0000").delete()


def walk(batch, viewer, **wish):
    """All rows of all pages."""
    seen, after = [], ""
    while True:
        page = listing.page(batch, viewer, Asked(**wish, after=after))
        seen += [row.payout for row in page.rows]
        after = dict(parse_qsl(page.next)).get("after", "")
        if not after:
            return seen


def value(payout, name):
    if name == "member":
        return payout.member.handle if payout.member else ""
    return payout.amount - payout.before if name == "change" else getattr(payout, name)


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_over_all_pages(many, fay, sort):
    seen = walk(many, fay, sort=sort)
    assert len(seen) == len({payout.pk for payout in seen}) == 125
    for one, other in pairwise(value(payout, sort.removeprefix("-")) for payout in seen):
        assert one >= other if sort.startswith("-") else one <= other


@pytest.mark.parametrize("name", AMOUNTS)
def test_every_amount_filters_from_and_to(many, fay, name):
    low, high = (-1 * MET, 1 * MET) if name == "change" else (1 * MET, 2 * MET)
    seen = walk(many, fay, bounds={f"{name}_from": low, f"{name}_to": high})
    assert seen and all(low <= value(payout, name) <= high for payout in seen)
    wanted = [one for one in Payout.objects.paid().filter(epoch=0) if low <= value(one, name) <= high]
    assert len(seen) == len(wanted)


def test_wallet_member_and_state_filter_together(many, fay, in_review):
    seen = walk(many, fay, wanted="@p1", state="held")
    assert seen and all(one.member == in_review[1] and one.state == "held" for one in seen)
    wallet = Payout.objects.filter(epoch=0).first().wallet
    assert [one.wallet for one in walk(many, fay, wanted=wallet[:30].upper().replace("0X", "0x"))][0][:30] == wallet[
        :30
    ]


@pytest.mark.parametrize(
    ("sort", "after"), [("amount", "x"), ("amount", "1"), ("amount", "x.1"), ("-change", "--1.2"), ("wallet", "0x.y"),
                        ("wallet", "a" * 90 + ".1"), ("state", "\0.1"), ("amount", "9" * 30 + ".1")]
)  # fmt: skip
def test_a_damaged_place_is_refused(many, fay, sort, after):
    with pytest.raises(ActionError) as refusal:
        listing.page(many, fay, Asked(sort=sort, after=after))
    assert refusal.value.code == "bad-cursor"


def test_the_page_takes_the_same_queries_however_long(many, fay):
    def queries(**wish):
        with CaptureQueriesContext(connection) as caught:
            listing.page(many, fay, Asked(**wish))
        return len(caught)

    queries()  # the viewer's roles are read once
    assert queries() == queries(wanted="@p1") == 2
    # Those without a member are asked for apart, and only when the page is not full without them.
    assert (queries(sort="member"), queries(sort="-member")) == (3, 2)


@pytest.fixture
def client(fay, as_member, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    roles.sync()
    return as_member(fay)


def test_links_keep_the_filter(many, client):
    address = reverse("admin:rewards_batch_payouts", args=[many.pk])
    body = client.get(address, {"state": "held", "amount_from": "1,5", "sort": "member"}).content.decode()
    assert 'value="1,5"' in body and "such as 12.5" in body
    body = client.get(address, {"amount_from": "1.5", "sort": "-amount"}).content.decode()
    assert 'aria-sort="descending"' in body
    links = [dict(parse_qsl(unescape(link))) for link in re.findall(r'href="\?([^"]*)"', body)]
    assert {"amount_from": "1.5", "sort": "amount"} in links
    assert all(link["amount_from"] == "1.5" for link in links) and "after" in links[-1]


def test_what_is_wrong_stays_and_says_so(many, client):
    address = reverse("admin:rewards_batch_payouts", args=[many.pk])
    for field, typed in (("amount_from", "much"), ("before_to", "-1"), ("earned_from", "1.0000000001"), ("sort", "x")):
        answer = client.get(address, {field: typed, "q": "@p1"})
        body = answer.content.decode()
        assert answer.status_code == 422 and "nothing was looked up" in body, field
        assert f'value="{typed}"' in body and 'value="@p1"' in body


def test_amounts_are_read_in_the_readers_language(many, client):
    address = reverse("admin:rewards_batch_payouts", args=[many.pk])
    answer = client.get(address, {"amount_from": "6,5"}, headers={"accept-language": "de"})
    assert answer.status_code == 200 and "7,00" in answer.content.decode()
