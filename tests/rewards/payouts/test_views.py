"""A member's own pages, by address."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets.models import Member, Wallet
from rewards import engine
from rewards.chain.models import ChainLog, Deployment
from rewards.epochs import files
from rewards.epochs.models import Epoch
from rewards.payouts import claims, holding, publishing, reads
from rewards.payouts.models import Payout
from social.follows.models import Block
from social.templatetags.metya import met
from tests.rewards import village

PAGES = ["/rewards/", "/rewards/chip/", "/rewards/claim/", "/rewards/epochs/0/why/"]


@pytest.fixture
def chain(settings, db):
    """A distributor that was looked at a moment ago."""
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    settings.CHAIN_ID = 31337
    for kind in ("token", "distributor"):
        Deployment.objects.create(chain_id=31337, kind=kind, address="0x" + "d1" * 20, seen_at=timezone.now())

    def log(event, *, epoch=0, wallet="", amount=None, final=True):
        at = ChainLog.objects.count() + 1
        return ChainLog.objects.create(
            chain_id=31337, contract="0x" + "d1" * 20, block_number=at, block_hash=f"0x{at:064x}", log_index=0,
            tx_hash=f"0x{at:064x}", event=event, epoch=epoch, wallet=wallet, amount=amount,
            final_at=timezone.now() if final else None,
        )  # fmt: skip

    return log


@pytest.fixture
def claimable(in_review, office, chain):
    office.review(0)
    office.accept(0)
    chain("RootAccepted")
    return in_review


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_asked_to_sign_in(client, in_review, path):
    response = client.get(path)
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_posted_here(as_member, in_review, path):
    assert as_member(in_review[0]).post(path).status_code == 405


@pytest.mark.parametrize("path", [*PAGES[:3], "/rewards/epochs/0/"])
def test_a_stranger_sees_nothing_of_others(as_member, in_review, carol, path):
    body = as_member(carol).get(path).content.decode()
    for member in in_review:
        assert member.payout_wallet.address not in body
        assert member.handle + "<" not in body


def test_rewards_before_and_after_review(as_member, in_review, office):
    ines = as_member(in_review[0])
    amount = village.payout(0, in_review[0]).amount
    body = ines.get("/rewards/").content.decode()
    assert met(amount) in body and "in review" in body and "Claim " not in body.split("<main")[1]
    office.review(0)
    office.accept(0)
    body = ines.get("/rewards/").content.decode()
    assert "claimable" in body and 'href="/rewards/claim/"' in body


def test_rewards_of_who_has_none(as_member, carol, db):
    assert "Nothing yet" in as_member(carol).get("/rewards/").content.decode()


def test_a_hold_and_its_reason_are_shown(as_member, in_review, office):
    holding.place(actor=office.first, payout=village.payout(0, in_review[1]), reason="Looks like two accounts")
    body = as_member(in_review[1]).get("/rewards/").content.decode()
    assert "on hold" in body and "Looks like two accounts" in body
    body = as_member(in_review[1]).get("/rewards/epochs/0/why/").content.decode()
    assert "Looks like two accounts" in body


def test_history_goes_on_and_its_queries_do_not_grow(as_member, in_review):
    ines = in_review[0]
    client = as_member(ines)
    client.get("/rewards/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/rewards/").status_code == 200
        return len(caught)

    few = queries()
    Epoch.objects.filter(state="open").delete()
    for n in range(1, 31):
        Epoch.objects.create(
            number=n,
            starts_at=village.on(n, 0),
            ends_at=village.after(n),
            state="final",
            inputs_root="a",
            result_root="b",
        )
        Payout.objects.create(epoch_id=n, wallet=ines.payout_wallet.address, member=ines, amount=10**9, earned=10**9,
                              cumulative=10**9, state="claimable")  # fmt: skip
    assert queries() == few
    page = client.get("/rewards/").content.decode()
    cursor = page.split("?before=")[1].split('"')[0]
    more = client.get(f"/rewards/?before={cursor}", headers={"HX-Request": "true"}).content.decode()
    assert "Epoch 5" in more and "Epoch 30" not in more and "<html" not in more
    Payout.objects.filter(epoch__gt=0).delete()


def test_why_adds_up_exactly(in_review):
    for member in in_review:
        page = reads.why(member, 0)
        parts = engine.read_explanation(files.directory(0), page.payout.wallet)
        assert sum(part.influence for part in parts) == page.payout.influence
        assert sum(one.part for one in page.supporters) + page.others_part == page.from_influence
        assert page.owed_before + page.from_influence + page.other == page.payout.amount + page.payout.owed
        assert {one.profile.member for one in page.supporters} <= set(in_review) - {member}


def test_why_names_people_and_what_they_did(as_member, in_review):
    body = as_member(in_review[0]).get("/rewards/epochs/0/why/").content.decode()
    assert "people whom others trust carried it" in body
    assert "1 repost" in body and "reply" in body
    assert in_review[1].payout_wallet.address not in body


def test_who_blocked_me_is_not_named(as_member, in_review):
    Block.objects.create(source=in_review[1], target=in_review[0])
    body = as_member(in_review[0]).get("/rewards/epochs/0/why/").content.decode()
    assert in_review[1].get_absolute_url() not in body


def test_why_for_who_earned_nothing(as_member, in_review, carol):
    response = as_member(carol).get("/rewards/epochs/0/why/")
    assert response.status_code == 404 and "You earned nothing in this epoch" in response.content.decode()
    assert as_member(carol).get("/rewards/epochs/77/why/").status_code == 404


def test_why_without_its_files_says_so(as_member, in_review):
    for path in files.directory(0).iterdir():
        path.unlink()
    response = as_member(in_review[0]).get("/rewards/epochs/0/why/")
    assert response.status_code == 503 and "try again later" in response.content.decode()


def test_the_chip_is_a_fragment(as_member, in_review, carol):
    assert 'id="rewards-chip"' in as_member(in_review[0]).get("/rewards/chip/").content.decode()
    assert "Nothing waits for you" in as_member(carol).get("/rewards/chip/").content.decode()


# --- claiming ----------------------------------------------------------------------------------------------------


def test_claiming_without_a_chain_says_so(as_member, in_review):
    body = as_member(in_review[0]).get("/rewards/claim/").content.decode()
    assert "This site has no chain" in body and "Nothing to claim right now" in body
    assert "Epoch 0 is next" in body and "data-call" not in body


def test_the_claim_page_has_all_that_the_wallet_needs(as_member, claimable):
    ines = claimable[0]
    wallet, amount = ines.payout_wallet.address, village.payout(0, ines).amount
    body = as_member(ines).get("/rewards/claim/").content.decode()
    assert f'data-account="{wallet}"' in body and 'data-chain="31337"' in body
    assert f'data-cumulative="{amount * 10**9}"' in body
    assert 'data-call="0x' in body and f'data-to="0x{"d1" * 20}"' in body
    assert "It costs the network fee" in body
    assert "style=" not in body and "<script>" not in body


def test_the_proof_is_a_file_that_the_contract_accepts(as_member, claimable):
    ines = claimable[0]
    response = as_member(ines).get(f"/rewards/claim/proof.json?wallet={ines.payout_wallet.address}")
    assert "attachment" in response["Content-Disposition"]
    proof = json.loads(response.content)
    siblings = [bytes.fromhex(step[2:]) for step in proof["proof"]]
    root = bytes.fromhex(village.batch(0).tree_root[2:])
    assert engine.verify_proof(root, proof["wallet"], int(proof["amount"]), siblings)


def test_nobody_gets_the_proof_or_status_of_another(as_member, claimable, carol):
    wallet = claimable[0].payout_wallet.address
    assert as_member(carol).get(f"/rewards/claim/proof.json?wallet={wallet}").status_code == 404
    assert as_member(carol).get(f"/rewards/claim/status/?wallet={wallet}&tx=0x{'0' * 64}").status_code == 404
    assert as_member(claimable[0]).get("/rewards/claim/proof.json").status_code == 404


def test_the_claim_goes_from_sent_to_final(as_member, claimable, chain):
    ines = claimable[0]
    wallet, amount = ines.payout_wallet.address, village.payout(0, ines).amount
    client = as_member(ines)

    def status(tx):
        return client.get(f"/rewards/claim/status/?wallet={wallet}&tx={tx}").content.decode()

    assert 'hx-trigger="every 3s"' in status("0x" + "ab" * 32)
    row = chain("Claimed", wallet=wallet, amount=amount, final=False)
    assert "hx-trigger" in status(row.tx_hash)
    page = client.get("/rewards/claim/").content.decode()
    assert "data-call=" not in page and row.tx_hash in page
    row.final_at = timezone.now()
    row.save()
    assert "hx-trigger" not in status(row.tx_hash) and "data-claim-final" in status(row.tx_hash)
    assert "Nothing to claim right now" in client.get("/rewards/claim/").content.decode()
    assert client.get(f"/rewards/claim/status/?wallet={wallet}&tx=nonsense").status_code == 400


def test_a_chain_that_is_down_is_said_and_the_rest_works(as_member, claimable):
    Deployment.objects.update(error="the node does not answer")
    body = as_member(claimable[0]).get("/rewards/claim/").content.decode()
    assert "the node does not answer" in body and "data-call=" in body
    assert as_member(claimable[0]).get("/rewards/").status_code == 200


def test_an_empty_tree_has_nothing_to_claim(as_member, office, chain, carol):
    village.close(0)
    office.review(0)
    office.accept(0)
    chain("RootAccepted")
    assert "Nothing to claim right now" in as_member(carol).get("/rewards/claim/").content.decode()


def test_an_interrupted_approval_still_gives_right_proofs(as_member, in_review, office, chain, monkeypatch):
    ines, tomasz = in_review[:2]
    holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Under investigation")
    with monkeypatch.context() as cut:
        cut.setattr(publishing, "write_files", lambda epoch: None)
        office.review(0)
    office.accept(0)
    chain("RootAccepted")
    assert claims.proof_of(tomasz.payout_wallet.address, 0) is None
    assert claims.proof_of(ines.payout_wallet.address, 0).grains == village.payout(0, ines).amount


@pytest.mark.parametrize("number", [10**30, 2**63 - 1, 2**31])
def test_a_number_beyond_the_database_is_a_404(as_member, in_review, number):
    assert as_member(in_review[0]).get(f"/rewards/epochs/{number}/why/").status_code == 404


@pytest.mark.parametrize("name", ["params.json", "wallets.csv", "interactions.csv"])
def test_a_damaged_file_is_said_to_be_damaged(as_member, in_review, name):
    (files.directory(0) / name).write_text("{")
    response = as_member(in_review[0]).get("/rewards/epochs/0/why/")
    assert response.status_code == 503 and "cannot be read right now" in response.content.decode()


def test_a_damaged_tree_is_said_to_be_damaged(as_member, claimable):
    ines = claimable[0]
    for path in files.directory(0).glob("tree-v1-*"):
        path.unlink()
    (files.directory(0) / "payouts.csv").write_text("{")
    for path in ("/rewards/claim/", f"/rewards/claim/proof.json?wallet={ines.payout_wallet.address}"):
        response = as_member(ines).get(path)
        assert response.status_code == 503 and "cannot be read right now" in response.content.decode()


def test_the_figures_are_those_of_the_wallets_that_count(in_review):
    before, after = in_review[:2]
    wallet, amount = before.payout_wallet, village.payout(0, before).amount
    new = Wallet.objects.create(member=before, address="0x" + "ab" * 20)
    Member.objects.filter(pk=before.pk).update(payout_wallet=new)
    wallet.unlinked_at = timezone.now()
    wallet.save()
    Wallet.objects.create(member=after, address=wallet.address)
    # Whoever holds the key now can claim it; no amount is shown to both, or under two headings.
    for member, waiting in ((before, 0), (after, amount + village.payout(0, after).amount)):
        page = reads.mine(Member.objects.get(pk=member.pk))
        assert (page.waiting, page.small) == (waiting, 0)
        assert page.waiting + page.approved + page.small == page.balances.owed


def test_kinds_add_up_however_many_rows_were_looked_at(in_review, monkeypatch):
    whole = reads.why(in_review[0], 0)
    monkeypatch.setattr(reads, "MOST_ROWS", 2)
    page = reads.why(in_review[0], 0)
    assert len(whole.kinds) > 1 and page.kinds[-1][0] == "Many small ones"
    for found in (whole, page):
        assert sum(share for _name, share, _part in found.kinds) == pytest.approx(1)
        assert 0 <= found.from_influence - sum(part for _name, _share, part in found.kinds) < len(found.kinds)


def test_each_amount_is_under_the_heading_of_its_state(as_member, in_review, office):
    ines, wallet = in_review[0], in_review[0].payout_wallet.address
    amount = village.payout(0, ines).amount
    village.close(1)
    office.review(0)
    page = reads.mine(ines)
    coming = village.payout(1, ines).amount
    assert (page.waiting, page.approved, page.small) == (coming, amount, 0)
    assert "on its way to the chain" in as_member(ines).get("/rewards/").content.decode()
    assert "approved</" in as_member(ines).get("/rewards/chip/").content.decode()
    office.accept(0)
    page = reads.mine(ines)
    assert (page.waiting, page.approved, page.claimable, page.balances.payable) == (coming, 0, amount, amount)
    assert page.wallets == [wallet]
