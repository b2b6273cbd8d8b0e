"""Appealing from the settings and from the pages of the suspended, and the moderators' pages."""

import time

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets import roles
from metya.wallets.models import Member, Role
from social.appeals import actions
from social.appeals.models import Appeal
from social.moderation.models import Decision
from social.posts import actions as posts
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.django_db
DESK = "/admin/moderation/queue/appeals/"
MINE = "/settings/reports/"


@pytest.fixture(autouse=True)
def _open_door(settings):
    settings.DEMO = True
    roles.sync()


@pytest.fixture
def made(alice, carol, mona):
    report = make.report(carol, alice, post=posts.publish(actor=alice, text="Buy now"), note="Look at this")
    return make.decide(mona, report, "hide", facts="Third time.")


@pytest.fixture
def appeal(made):
    return actions.appeal(actor=made.member, decision=made, text="It was a joke.")


@pytest.fixture
def desk(as_member):
    return as_member(make.member("nora", roles=("moderator",), is_demo=True))


def body(response):
    return response.content.decode()


def proven(member):
    """A visitor who just proved to be this suspended member."""
    client = Client()
    session = client.session
    session["suspended"] = {"member": member.pk, "wallet": member.payout_wallet_id, "at": int(time.time())}
    session.save()
    return client


# --- the member --------------------------------------------------------------------------------------------------------


def test_from_the_settings_with_a_word_of_the_outcome(made, alice, as_member, desk):
    client, address = as_member(alice), f"{MINE}decisions/{made.pk}/appeal/"
    assert f'href="{address}"' in body(client.get(MINE))
    assert "No spam (version 1)" in body(client.get(address))
    answer = client.post(address, {"text": "It was <b>a joke</b>."}, follow=True)
    assert answer.redirect_chain == [(f"{MINE}#decision-{made.pk}", 302)]
    page = body(answer)
    assert "another moderator looks at it" in page and "&lt;b&gt;" in page and f'href="{address}"' not in page
    assert "appealed already" in body(client.get(address))
    again = client.post(address, {"text": "Once more"})
    assert again.status_code == 409 and Appeal.objects.count() == 1
    one = Appeal.objects.get()
    desk.post(f"{DESK}{one.pk}/decide/", {"outcome": "overturned", "reasons": "It was."})
    page = body(client.get(MINE))
    for words in ("Your appeal was right", "It was.", "Your post is there again", "does not count against you"):
        assert words in page, words


def test_nothing_typed_and_too_much(made, alice, as_member):
    client, address = as_member(alice), f"{MINE}decisions/{made.pk}/appeal/"
    for text in ("", "x" * 2001):
        page = client.post(address, {"text": text})
        assert page.status_code == 422 and "errorlist" in body(page)
    assert client.put(address).status_code == 405 and not Appeal.objects.exists()


def test_too_late_it_is_said(made, alice, as_member):
    Decision.objects.update(applied_at=timezone.now() - timezone.timedelta(days=184))
    client, address = as_member(alice), f"{MINE}decisions/{made.pk}/appeal/"
    assert "time to appeal is over" in body(client.get(MINE)) and f'href="{address}"' not in body(client.get(MINE))
    assert client.post(address, {"text": "x"}).status_code == 409


def test_strangers_find_nothing(made, bob, carol, mona, as_member, client):
    address = f"{MINE}decisions/{made.pk}/appeal/"
    for person in (bob, carol, mona):
        assert as_member(person).get(address).status_code == 404
        assert as_member(person).post(address, {"text": "x"}).status_code == 404
    assert client.get(address).status_code == 302 and not Appeal.objects.exists()


def test_a_suspended_member_reads_the_reasons_and_appeals(alice, carol, bob, mona, desk):
    made = make.decide(mona, make.report(carol, alice), "suspend", days=7, sure=True, facts="Again.")
    client = proven(alice)
    assert 'href="/suspended/decisions/"' in body(client.get("/suspended/"))
    page = body(client.get("/suspended/decisions/"))
    address = f"/suspended/decisions/{made.pk}/appeal/"
    assert "Again." in page and f'href="{address}"' in page
    answer = client.post(address, {"text": "It was a joke."}, follow=True)
    assert answer.redirect_chain == [(f"/suspended/decisions/#decision-{made.pk}", 302)]
    assert "It was a joke." in body(answer) and "_auth_user_id" not in client.session
    # Nothing else opens by it, nor what is another's.
    assert client.get(MINE).status_code == 302
    his = make.decide(mona, make.report(carol, bob), "warn")
    assert client.get(f"/suspended/decisions/{his.pk}/appeal/").status_code == 404
    desk.post(f"{DESK}{Appeal.objects.get().pk}/decide/", {"outcome": "overturned", "reasons": "Right."})
    alice.refresh_from_db()
    assert not alice.suspended
    assert client.get("/suspended/decisions/")["Location"] == "/sign-in/"


def test_without_a_proof_the_pages_of_the_suspended_lead_to_the_sign_in(made, alice, client, as_member):
    for visitor in (client, as_member(alice)):
        for path in ("/suspended/decisions/", f"/suspended/decisions/{made.pk}/appeal/"):
            assert visitor.get(path)["Location"] == "/sign-in/"
    assert client.post(f"/suspended/decisions/{made.pk}/appeal/", {"text": "x"}).status_code == 302
    assert not Appeal.objects.exists()


def test_suspended_by_hand_there_is_nothing_to_appeal_and_it_is_said(alice):
    until = timezone.now() + timezone.timedelta(days=3)
    Member.objects.filter(pk=alice.pk).update(suspended_until=until)
    assert "an administrator suspended" in body(proven(alice).get("/suspended/decisions/"))


# --- the moderators -----------------------------------------------------------------------------------------------------


def test_a_card_has_the_decision_the_words_and_the_evidence(desk, appeal):
    page = desk.get(DESK, follow=True)
    assert page.redirect_chain == [(f"{DESK}{appeal.pk}/", 302)]
    for words in (
        "It was a joke.",
        "Third time.",
        "Buy now",
        "Look at this",
        "@mona",
        "No spam",
        "left",
        "Nothing is at stake",
    ):
        assert words in body(page), words
    for key in "uo":
        assert f'data-key="{key}"' in body(page), key
    assert 'data-focus="n"' in body(page) and 'aria-current="page">Appeals' in body(page)
    assert 'value="remove"' not in body(page) and "<dialog" in body(page)
    appeal.refresh_from_db()
    assert appeal.claimed_by.handle == "nora"


def test_decided_with_reasons_and_on_to_the_next(desk, appeal):
    for sent in ({"outcome": "overturned", "reasons": " "}, {"reasons": "typed"}, {}):
        page = desk.post(f"{DESK}{appeal.pk}/decide/", sent)
        assert page.status_code == 422 and "errorlist" in body(page)
        assert "typed" in body(page) or "reasons" not in sent or not sent["reasons"].strip()
    done = desk.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "upheld", "reasons": "No joke."}, follow=True)
    assert "The decision stays." in body(done) and "Nothing waits here" in body(done)
    again = desk.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "overturned", "reasons": "x"})
    assert again.status_code == 409 and "decided already" in body(again)
    assert "No joke." in body(desk.get(f"{DESK}{appeal.pk}/")) and not Post.objects.get().present


def test_what_was_typed_stays_when_a_colleague_took_the_appeal_over(desk, appeal):
    vera = make.member("vera", roles=("moderator",))
    Appeal.objects.update(claimed_by=vera, claimed_until=timezone.now() + timezone.timedelta(minutes=5))
    page = desk.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "upheld", "reasons": "Long thought of"})
    assert page.status_code == 409 and "Long thought of" in body(page) and "@vera has this appeal" in body(page)


def test_who_decided_first_sees_it_and_cannot_decide(appeal, mona, as_member):
    Member.objects.filter(pk=mona.pk).update(is_demo=True)
    client = as_member(mona)
    assert "Nothing waits here" in body(client.get(DESK))
    page = body(client.get(f"{DESK}{appeal.pk}/"))
    assert "another moderator does" in page and "/decide/" not in page
    assert client.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "upheld", "reasons": "x"}).status_code == 409
    appeal.refresh_from_db()
    assert appeal.state == "open"


@pytest.mark.parametrize("role", Role.values)
def test_who_comes_in_and_who_decides(role, appeal, as_member):
    client = as_member(make.member("staff", roles=(role,), is_demo=True))
    looks = role in (Role.MODERATOR, Role.SENIOR, Role.ADMIN, Role.AUDITOR)
    decides = looks and role != Role.AUDITOR
    page = client.get(f"{DESK}{appeal.pk}/")
    assert page.status_code == (200 if looks else 403) and ("/decide/" in body(page)) is decides
    assert client.get(DESK).status_code == (302 if looks else 403)
    answer = client.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "upheld", "reasons": "x"})
    assert answer.status_code == (302 if decides else 403)
    appeal.refresh_from_db()
    assert (appeal.state == "upheld") is decides


def test_a_role_that_is_taken_ends_at_once(desk, appeal):
    assert desk.get(f"{DESK}{appeal.pk}/").status_code == 200
    Member.objects.get(handle="nora").groups.set([Group.objects.get(name=Role.REVIEWER)])
    assert desk.get(f"{DESK}{appeal.pk}/").status_code == 403
    assert desk.post(f"{DESK}{appeal.pk}/decide/", {"outcome": "upheld", "reasons": "x"}).status_code == 403


def test_members_and_visitors_stay_outside(appeal, alice, as_member, client):
    for path in (DESK, f"{DESK}{appeal.pk}/"):
        assert client.get(path).status_code == 302 and as_member(alice).get(path).status_code in (302, 403)
    sent = {"outcome": "overturned", "reasons": "x"}
    assert as_member(alice).post(f"{DESK}{appeal.pk}/decide/", sent).status_code in (302, 403)
    appeal.refresh_from_db()
    assert appeal.state == "open"


def test_as_many_queries_with_many_appeals(desk, appeal, alice, carol, mona, as_member):
    desk.get(f"{DESK}{appeal.pk}/")
    mine = as_member(alice)
    mine.get(MINE)
    with CaptureQueriesContext(connection) as few:
        desk.get(f"{DESK}{appeal.pk}/")
        mine.get(MINE)
    for _number in range(30):
        made = make.decide(mona, make.report(carol, alice, post=make.post(alice)), "warn")
        actions.appeal(actor=alice, decision=made, text="It was a joke.")
    with CaptureQueriesContext(connection) as many:
        desk.get(f"{DESK}{appeal.pk}/")
        mine.get(MINE)
    assert len(many) <= len(few) + 1


def test_overdue_is_said(desk, appeal):
    Appeal.objects.update(due_at=timezone.now() - timezone.timedelta(hours=2))
    assert "overdue by" in body(desk.get(f"{DESK}{appeal.pk}/"))


def test_a_moderator_who_appealed_does_not_read_who_reported(alice, carol, mona, as_member):
    vera = make.member("vera", roles=("moderator",), is_demo=True)
    made = make.decide(mona, make.report(carol, vera, note="Between us"), "warn")
    own, client = actions.appeal(actor=vera, decision=made, text="It was a joke."), as_member(vera)
    sent = {"outcome": "upheld", "reasons": "No."}
    pages = [
        client.get(f"{DESK}{own.pk}/"),
        client.post(f"{DESK}{own.pk}/decide/", sent),
        client.get(DESK, follow=True),
    ]
    assert [page.status_code for page in pages] == [403, 403, 200]
    assert all("Between us" not in body(page) and "@carol" not in body(page) for page in pages)
