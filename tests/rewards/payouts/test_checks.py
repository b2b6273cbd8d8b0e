"""What the checks find before people look."""

from datetime import timedelta

from django.utils import timezone

from metya.wallets.models import Wallet
from rewards.ledger.accounts import POOL, owed
from rewards.ledger.actions import transfer
from rewards.payouts import checks
from rewards.payouts.models import Payout
from social.moderation.models import Report
from tests import make
from tests.rewards import village


def check(epoch, code):
    return next(one for one in checks.run(epoch) if one.code == code)


def test_an_ordinary_day_needs_no_look(in_review):
    found = village.batch(0).checks
    assert [one["code"] for one in found if not one["ok"]] == []
    assert [one["code"] for one in found] == [
        "sum", "cap", "change", "concentration", "members", "wallets", "large", "rings",
    ]  # fmt: skip


def test_a_wrong_sum_is_flagged(in_review):
    epoch = village.batch(0).epoch
    assert check(epoch, "sum").ok
    Payout.objects.filter(pk=village.payout(0, in_review[0]).pk).update(earned=1)
    assert not check(epoch, "sum").ok


def test_the_cap_and_who_reached_it(in_review):
    found = check(village.batch(0).epoch, "cap")
    # Five people share a day of which none may have more than a twentieth.
    assert found.ok and found.figures["at_cap"] == 5
    assert found.figures["largest"] == found.figures["cap"]


def test_suspended_and_reported_members_are_named(in_review, carol):
    suspended, reported, dismissed = in_review[:3]
    suspended.suspended_until = timezone.now() + timedelta(days=1)
    suspended.save()
    make.report(carol, reported)
    make.report(carol, dismissed)
    Report.objects.filter(member=dismissed).update(state="dismissed")
    found = check(village.batch(0).epoch, "members")
    assert not found.ok and found.figures["flagged"] == 2
    notes = {item["member"]: item["note"] for item in found.items}
    assert notes == {suspended.pk: "suspended", reported.pk: "reported"}


def test_members_who_share_a_wallet_of_the_past(in_review):
    one, other = in_review[:2]
    shared = "0x" + "5a" * 20
    Wallet.objects.create(member=one, address=shared, unlinked_at=timezone.now())
    assert check(village.batch(0).epoch, "wallets").ok
    Wallet.objects.create(member=other, address=shared)
    found = check(village.batch(0).epoch, "wallets")
    assert not found.ok
    assert {item["member"] for item in found.items} == {one.pk, other.pk}
    assert {item["note"] for item in found.items} == {shared}


def test_change_against_the_batch_before(in_review):
    village.deed(in_review[0], in_review[1], "repost", 1, 10)
    village.close(1)
    figures = check(village.batch(1).epoch, "change").figures
    assert figures["count"] == figures["count_before"] == 5
    assert (figures["new"], figures["gone"]) == (0, 0)
    assert figures["total_before"] == village.batch(0).total


def test_a_flood_of_new_payouts_is_flagged(in_review):
    rows = [checks.Row(f"0x{n:040x}", n, 10, 10) for n in range(100)]
    before = {row.wallet: 10 for row in rows[:60]}
    assert not checks._change(rows, before).ok
    assert checks._change(rows[:60], before).ok
    raised = [checks.Row(row.wallet, row.member, 60, 60) for row in rows[:60]]
    found = checks._change(raised, before)
    assert not found.ok and found.figures["jumped"] == 60


def test_large_amounts_against_the_middle(in_review):
    epoch = village.batch(0).epoch
    epoch.figures = {"median": 10}
    rows = [checks.Row(f"0x{n:040x}", n, 10, 10) for n in range(30)] + [checks.Row("0x" + "ff" * 20, 99, 201, 201)]
    found = checks._large(epoch, sorted(rows, key=lambda row: -row.amount), {})
    assert not found.ok and [item["amount"] for item in found.items] == [201]


def test_the_sum_and_the_cap_look_at_what_was_booked(in_review):
    epoch = village.batch(0).epoch
    found = check(epoch, "sum").figures
    assert found["pool"] == found["parts"] == epoch.pool
    assert found["booked"] == found["earned"] == found["due"] == epoch.splits["influence"] - epoch.carry_out
    one = in_review[0].payout_wallet.address
    transfer(source=POOL, target=owed(one), amount=7, key="epoch:0:influence:twice")
    assert not check(epoch, "sum").ok
    assert not check(epoch, "cap").ok
    transfer(source=owed(one), target=POOL, amount=7, key="back")


def test_the_cap_is_that_of_a_member_and_not_of_a_wallet(in_review):
    epoch = village.batch(0).epoch
    Payout.objects.filter(pk=village.payout(0, in_review[0]).pk).update(member=in_review[1])
    found = check(epoch, "cap")
    assert not found.ok and found.figures["largest"] == 2 * found.figures["cap"]


def test_a_pool_that_is_not_the_sum_of_its_parts_is_flagged(in_review):
    epoch = village.batch(0).epoch
    epoch.splits["treasury"] += 1
    assert not check(epoch, "sum").ok
