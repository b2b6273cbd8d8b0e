"""Many at once: one text is one session, one new wallet is one member, and the last wallet stays."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BoundedSemaphore
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client

from metya.wallets import actions
from metya.wallets.errors import SignInRefused
from metya.wallets.models import Member, Wallet
from tests import make
from tests.metya.wallets import wallet

# So many connections never beside the other test that needs as many (tests/rewards/ledger/test_many_at_once.py); the other
# workers of the run want some of the server's hundred too.
CONNECTIONS = 40
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """What each deed gave, all begun at the same moment, each on its own connection, the first forty of them at once."""
    barrier, room = Barrier(len(deeds)), BoundedSemaphore(CONNECTIONS)

    def run(deed: Callable[[], Any]) -> Any:
        barrier.wait(30)
        with room:
            try:
                return deed()
            finally:
                connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_one_signature_fifty_times_at_once_is_one_session():
    client, signer = Client(), wallet.new()
    asked = wallet.ask(client, signer).json()
    sent = {"nonce": asked["nonce"], "signature": wallet.signature(signer, asked["message"])}
    cookie = client.cookies["session"].value

    def send() -> Any:
        own = Client()
        own.cookies["session"] = cookie
        answer = wallet.post(own, "/wallets/verify/", sent)
        return answer.status_code, answer.json().get("code"), "_auth_user_id" in own.session

    answers = at_once([send] * 50)
    found = Counter(status for status, _, _ in answers)
    assert found == {200: 1, 400: 49}, answers
    assert {code for status, code, _ in answers if status == 400} <= {"challenge-used", "challenge-unknown"}
    assert sum(opened for _, _, opened in answers) == 1
    assert Member.objects.count() == 1 and UserSession.objects.count() == 1


def test_a_text_of_ones_own_fifty_times_at_once_is_one_session():
    client, signer = Client(), wallet.new()
    text = wallet.written(signer, client.get("/wallets/nonce/").json()["nonce"])
    sent = {"message": text, "signature": wallet.signature(signer, text)}
    cookie = client.cookies["session"].value

    def send() -> int:
        own = Client()
        own.cookies["session"] = cookie
        return wallet.post(own, "/wallets/verify/", sent).status_code

    assert Counter(at_once([send] * 50)) == {200: 1, 400: 49}
    assert UserSession.objects.count() == 1


def test_a_new_wallet_in_eight_browsers_at_once_is_one_member():
    signer = wallet.new()
    clients = [Client() for _ in range(8)]
    texts = [wallet.ask(client, signer).json() for client in clients]
    deeds = [
        lambda c=client, t=text: wallet.answer(c, t, signer).status_code
        for client, text in zip(clients, texts, strict=True)
    ]
    assert at_once(deeds) == [200] * 8
    assert Member.objects.count() == 1 and Wallet.objects.count() == 1 and UserSession.objects.count() == 8


def test_two_members_link_one_wallet_at_once():
    new = wallet.new()
    proven = actions.Proven(new.address.lower(), "eoa", None)
    members = [make.member() for _ in range(6)]

    def link(member: Member) -> str:
        try:
            actions.link(actor=member, proven=proven)
        except SignInRefused as refused:
            return refused.code
        return "linked"

    assert Counter(at_once([lambda m=member: link(m) for member in members])) == {"linked": 1, "wallet-taken": 5}
    assert Wallet.objects.linked().filter(address=proven.address).count() == 1


def test_unlinking_all_wallets_at_once_leaves_one():
    member = make.member()
    for number in range(4):
        Wallet.objects.create(member=member, address=make.key(800_000 + number).address.lower())
    Member.objects.update(payout_wallet=None)
    addresses = list(member.wallets.values_list("address", flat=True))

    def unlink(address: str) -> str:
        try:
            actions.unlink(actor=member, address=address)
        except SignInRefused as refused:
            return refused.code
        return "unlinked"

    assert Counter(at_once([lambda a=one: unlink(a) for one in addresses])) == {"unlinked": 4, "last-wallet": 1}
    assert Wallet.objects.linked().filter(member=member).count() == 1


def test_a_session_that_opens_while_its_wallet_is_unlinked_does_not_stay_open():
    for _ in range(3):
        signer, other = wallet.new(), wallet.new()
        member = make.member(signer=other)
        Wallet.objects.create(member=member, address=signer.address.lower())
        client = Client()
        asked = wallet.ask(client, signer).json()
        at_once([
            lambda c=client, t=asked, s=signer: wallet.answer(c, t, s).status_code,
            lambda m=member, s=signer: actions.unlink(actor=m, address=s.address.lower()),
        ])  # fmt: skip
        page = client.get("/settings/wallets/")
        owner = Member.objects.filter(pk=client.session.get("_auth_user_id")).first()
        assert page.status_code == 302 or owner != member
