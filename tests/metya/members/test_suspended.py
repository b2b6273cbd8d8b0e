"""Who is suspended is told until when and why, takes their data along or leaves, and can do nothing else."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from metya.members import departures, downloads, limited
from metya.members.models import Departure, Download
from metya.ops.models import AuditEvent
from metya.wallets.models import Member, Wallet
from social.live.reads import member_of_session
from social.posts.models import Post
from tests import make
from tests.metya.wallets import wallet
from tests.metya.wallets.conftest import holder  # noqa: F401
from tests.metya.wallets.test_second_factor import digits, give_app

pytestmark = pytest.mark.django_db
PAGES = {"/suspended/": "get", "/suspended/download/": "post", "/suspended/leave/": "get"}


def suspend(member: Member, **span) -> None:
    Member.objects.filter(pk=member.pk).update(
        suspended_until=timezone.now() + timedelta(**(span or {"days": 3})), suspension_reason="Insults <b>."
    )


@pytest.fixture
def ines(holder):  # noqa: F811
    found = holder("ines")
    suspend(found.member)
    return found


@pytest.fixture
def limited_client(ines):
    client = Client()
    answer = wallet.sign_in(client, ines.signer)
    assert answer.status_code == 200 and answer.json()["next"] == "/suspended/"
    return client


def test_a_fresh_signature_leads_to_until_when_and_why(ines, limited_client):
    answer = limited_client.get("/suspended/")
    page = answer.content.decode()
    end = Member.objects.get(pk=ines.member.pk).suspended_until
    assert "@ines is suspended" in page and f"{end.day} {end:%B} {end.year}" in page and "Insults &lt;b&gt;." in page
    assert "UTC" in page and "no-store" in answer["Cache-Control"]
    key = limited_client.session.session_key
    assert "_auth_user_id" not in limited_client.session and not UserSession.objects.filter(session_key=key).exists()
    assert member_of_session(key) is None, "no live page"


@override_settings(CONTACT="care@metya.example")
def test_how_to_write_to_the_moderators(limited_client):
    assert 'href="mailto:care@metya.example"' in limited_client.get("/suspended/").content.decode()


def addresses() -> set[str]:
    """An example of every address of the site but the admin's, whose own test walks it as a visitor."""
    found = set()

    def walk(patterns, before=""):
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLPattern):
                found.add("/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: EXAMPLES.get(part[1], "1"), route))
            elif getattr(pattern, "app_name", "") != "admin":
                walk(pattern.url_patterns, route)

    walk(get_resolver().url_patterns)
    return {path for path in found if not re.search(r"[\^$(]", path)}


EXAMPLES = {"handle": "ines", "name": "tag", "token": "x" * 32, "key": "x", "number": "0", "address": "0x" + "1" * 40}


def test_every_other_address_answers_as_it_does_to_a_visitor(ines, limited_client):
    make.post(ines.member, "hers")
    make.post(ines.member, "hers alone", visibility="followers")
    paths = sorted(addresses())
    assert len(paths) > 150 and "/posts/new/" in paths and "/settings/leave/download/" in paths
    wrong = []
    for path in paths:
        if path.startswith(("/suspended/", "/sign-out/", "/account/sign-out/")):
            continue
        for verb in ("get", "post"):
            answers = [getattr(client, verb)(path) for client in (limited_client, Client())]
            seen = [(answer.status_code, answer.get("Location", "")) for answer in answers]
            if seen[0] != seen[1]:
                wrong.append((verb, path, seen))
    assert not wrong
    assert "_auth_user_id" not in limited_client.session and limited.begun(
        limited_client.get("/suspended/").wsgi_request
    )
    assert Post.objects.filter(author=ines.member).count() == 2 and not Download.objects.exists()


def test_the_data_is_taken_along(ines, limited_client, bob):
    assert limited_client.post("/suspended/download/").url == "/suspended/"
    assert "It is being made" in limited_client.get("/suspended/").content.decode()
    again = limited_client.post("/suspended/download/", headers={"Accept": "application/json"})
    assert again.status_code == 409
    download = Download.objects.get(member=ines.member)
    assert downloads.make(download)
    download.refresh_from_db()
    address = f"/suspended/download/{download.token}/"
    assert f'href="{address}"' in limited_client.get("/suspended/").content.decode()
    answer = limited_client.get(address)
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        assert "index.html" in archive.namelist()
    assert AuditEvent.objects.filter(verb="members.fetch_download", actor=ines.member).count() == 1
    his = downloads.ask(actor=bob)
    downloads.make(his)
    his.refresh_from_db()
    assert limited_client.get(f"/suspended/download/{his.token}/").status_code == 404
    assert Client().get(address)["Location"] == "/sign-in/"


def test_leaving_by_the_handle(ines, limited_client):
    assert "Leave as @ines" in limited_client.get("/suspended/leave/").content.decode()
    assert limited_client.post("/suspended/leave/", {"handle": "inez"}).status_code == 422
    gone = limited_client.post("/suspended/leave/", {"handle": "@ines"})
    assert (
        gone.status_code == 200
        and "You left" in gone.content.decode()
        and "If the suspension is over" in gone.content.decode()
    )
    assert Departure.objects.get().member == ines.member and not Member.objects.get(pk=ines.member.pk).is_active
    assert limited_client.get("/suspended/")["Location"] == "/sign-in/"
    # And is told so at the next sign-in, until the suspension is over.
    client = Client()
    assert wallet.sign_in(client, ines.signer).json()["next"] == "/come-back/"
    client.post("/come-back/")
    assert Departure.objects.exists()


def test_staff_keep_their_duties(holder):  # noqa: F811
    mona = holder("mona", roles=("moderator",))
    suspend(mona.member)
    client = Client()
    wallet.sign_in(client, mona.signer)
    assert "staff role" in client.get("/suspended/").content.decode()
    assert client.post("/suspended/leave/", {"handle": "mona"}).status_code == 422
    assert client.get("/admin/").status_code == 302 and not Departure.objects.exists()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("change", ["nobody", "a member", "too late", "over", "unlinked", "left", "closed"])
def test_the_pages_are_closed_without_a_fresh_proof(ines, limited_client, bob, as_member, path, change, monkeypatch):
    client = limited_client
    if change == "nobody":
        client = Client()
    elif change == "a member":
        client = as_member(bob)
    elif change == "too late":
        monkeypatch.setattr(limited, "SECONDS", 0)
    elif change == "over":
        suspend(ines.member, seconds=-1)
    elif change == "unlinked":
        Wallet.objects.filter(member=ines.member).update(unlinked_at=timezone.now())
    elif change == "left":
        departures.leave(actor=ines.member, handle="ines")
    else:
        client.post("/sign-out/")
    answer = getattr(client, PAGES[path])(path)
    assert answer.status_code == 302 and answer["Location"] == "/sign-in/"
    assert not Download.objects.exists()


def test_wrong_verbs(limited_client):
    assert limited_client.get("/suspended/download/").status_code == 405
    assert limited_client.post("/suspended/").status_code == 405


def test_the_second_factor_stands_before_it(ines):
    secret = give_app(ines.member)
    client = Client()
    assert wallet.sign_in(client, ines.signer).json()["next"].startswith("/sign-in/second-factor/")
    assert client.get("/suspended/")["Location"] == "/sign-in/"
    assert client.post("/sign-in/second-factor/", {"code": digits(secret)})["Location"] == "/suspended/"
    assert client.get("/suspended/").status_code == 200 and "_auth_user_id" not in client.session


def test_whoever_was_signed_in_here_is_not_any_more(holder, ines):  # noqa: F811
    bob = holder("bea")
    client = Client()
    wallet.sign_in(client, bob.signer)
    key = client.session.session_key
    wallet.sign_in(client, ines.signer)
    assert "_auth_user_id" not in client.session and client.session.session_key != key
    assert "@ines is suspended" in client.get("/suspended/").content.decode()
    # And the other way round: nothing of it stays in a session of somebody else.
    wallet.sign_in(client, bob.signer)
    assert (
        client.session["_auth_user_id"] == str(bob.member.pk) and client.get("/suspended/")["Location"] == "/sign-in/"
    )
