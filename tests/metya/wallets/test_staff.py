"""The admin's front door, and what staff see of members."""

import re

import pytest
from django.contrib import admin
from django.test import Client

from metya.wallets import roles
from metya.wallets.models import Member
from metya.wallets.staff import StaffSite
from tests import make
from tests.metya.wallets import wallet
from tests.metya.wallets.test_second_factor import digits, give_app, sign_in_fully

pytestmark = pytest.mark.django_db
MEMBERS = "/admin/wallets/member/"


@pytest.fixture
def mona_in(holder):
    """Mona, signed in with her second factor."""
    mona = holder("mona", roles=("moderator",))

    roles.sync()
    mona.client = sign_in_fully(mona, give_app(mona.member))
    return mona


def test_the_site_is_ours():
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, StaffSite)


def test_strangers_go_to_the_sign_in_page_and_come_back(client):
    response = client.get(MEMBERS, follow=True)
    assert response.redirect_chain[-1][0] == "/sign-in/?next=/admin/wallets/member/"
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


def test_members_are_turned_away(holder):
    alice = holder("alice")
    assert alice.client.get(MEMBERS, follow=True).status_code == 403


def test_staff_without_a_factor_are_sent_to_set_one_up(holder):
    mona = holder("mona", roles=("moderator",))
    response = mona.client.get(MEMBERS, follow=True)
    assert response.redirect_chain[-1][0].startswith("/settings/security/?next=")
    assert "You are staff" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_opens_the_door(holder):
    mona = holder("mona", roles=("moderator",))
    mona.confirm("security")
    page = mona.client.get("/settings/security/app/on/").content.decode()
    mona.client.post("/settings/security/app/on/", {"code": digits(re.search(r"<code>(\w+)</code>", page)[1])})
    assert mona.client.get("/admin/").status_code == 200


def test_a_session_without_the_factor_stays_outside(holder):
    """The factor was set up elsewhere; this session has not given it."""
    mona = holder("mona", roles=("moderator",))
    give_app(mona.member)
    response = mona.client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/settings/security/again/?next=%2Fadmin%2F"


def test_with_the_factor_the_admin_opens(mona_in):
    assert mona_in.client.get("/admin/").status_code == 200
    assert "without a second factor" not in mona_in.client.get("/admin/").content.decode()


def test_removing_the_factor_closes_the_admin(mona_in):
    mona_in.member.authenticator_set.all().delete()
    assert mona_in.client.get("/admin/").status_code == 302


def test_losing_the_role_closes_the_admin(mona_in):
    Member.objects.filter(pk=mona_in.member.pk).update(is_staff=False)
    assert mona_in.client.get("/admin/", follow=True).status_code == 403


def test_the_demo_cast_is_let_in_and_told(holder, settings):
    settings.DEMO = True
    mona = holder("mona", roles=("moderator",), is_demo=True)
    page = mona.client.get("/admin/")
    assert page.status_code == 200 and "without a second factor" in page.content.decode()
    settings.DEMO = False
    assert mona.client.get("/admin/").status_code == 302


@pytest.mark.parametrize("path", ["password_change/", "password_change/done/"])
def test_there_is_no_page_of_passwords(mona_in, path):
    assert mona_in.client.get(f"/admin/{path}").status_code == 404
    sent = {"old_password": "x", "new_password1": "Long-enough-1", "new_password2": "Long-enough-1"}
    assert mona_in.client.post(f"/admin/{path}", sent).status_code == 404


def test_signing_out_of_the_admin_is_signing_out(mona_in):
    assert mona_in.client.post("/admin/logout/")["Location"] == "/"
    assert not mona_in.signed_in()


@pytest.mark.parametrize("term", ["ines", "@ines", "0xAB" + "c" * 38, " 0xab" + "C" * 38 + " "])
def test_members_are_found_by_handle_and_wallet(mona_in, term):
    ines = make.member("ines")
    ines.wallets.update(address="0xab" + "c" * 38)
    make.member("tomasz")
    page = mona_in.client.get(MEMBERS, {"q": term}).content.decode()
    assert ">ines<" in page and ">tomasz<" not in page


def test_nothing_of_a_member_can_be_changed_by_a_form(holder):
    ada = holder("ada", roles=("admin",), is_superuser=True)
    ada.client = sign_in_fully(ada, give_app(ada.member))
    bob = make.member("bob")
    url = f"{MEMBERS}{bob.pk}/change/"
    page = ada.client.get(url)
    assert page.status_code == 200 and "password" not in page.content.decode().lower()
    sent = {"is_staff": "on", "is_superuser": "on", "handle": "root", "payout_wallet": "1"}
    assert ada.client.post(url, sent).status_code == 403
    assert ada.client.post(f"{MEMBERS}add/", sent).status_code == 403
    assert ada.client.post(f"{MEMBERS}{bob.pk}/delete/", {"post": "yes"}).status_code == 403
    bob.refresh_from_db()
    assert (bob.handle, bob.is_staff, bob.is_superuser) == ("bob", False, False)


@pytest.mark.parametrize(
    "path",
    [
        "socialaccount/socialaccount/",
        "mfa/authenticator/",
        "usersessions/usersession/",
        "auth/group/",
        "account/emailaddress/",
    ],
)
def test_no_form_goes_round_the_rules(holder, path):
    ada = holder("ada", roles=("admin",), is_superuser=True)
    ada.client = sign_in_fully(ada, give_app(ada.member))
    assert ada.client.get(f"/admin/{path}").status_code == 404


def test_the_list_takes_the_same_queries_for_three_and_thirty(mona_in, django_assert_max_num_queries):
    for number in range(30):
        make.member(f"person{number}")
    with django_assert_max_num_queries(12):
        mona_in.client.get(MEMBERS)


def test_reviewers_may_look_at_members_and_others_may_not(holder):
    assert Client().get(MEMBERS).status_code == 302
    plain = holder("plain")
    Member.objects.filter(pk=plain.member.pk).update(is_staff=True)
    plain.client = sign_in_fully(plain, give_app(plain.member))
    assert plain.client.get(MEMBERS).status_code == 403, "staff without a role see nothing"


def test_the_next_page_after_signing_in_is_the_admins(holder):
    mona = holder("mona", roles=("moderator",))
    secret = give_app(mona.member)
    client = Client()
    assert wallet.sign_in(client, mona.signer, next="/admin/").json() == {"next": "/sign-in/second-factor/"}
    assert client.post("/sign-in/second-factor/", {"code": digits(secret)})["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("role", "told"),
    [("moderator", "You moderate."), ("reviewer", "You review payouts."), ("manager", "You look after the community.")],
)
def test_a_newcomer_is_told_what_to_do(holder, role, told):
    one = holder("newcomer", roles=(role,))
    roles.sync()
    client = sign_in_fully(one, give_app(one.member))
    index = client.get("/admin/").content.decode()
    assert "What you do here" in index and index.count('<p class="purpose">') == 1 and told in index
    # Every table says what it holds.
    tables = re.findall(r'<li><a href="(/admin/\w+/\w+/)">[^<]+</a>(<p class="meta">[^<]{15,}</p>)?</li>', index)
    assert tables and all(words for _url, words in tables)
    for url, _words in tables:
        page = client.get(url).content.decode()
        assert '<p class="purpose">' in page and " to view</h1>" not in page


def test_what_may_not_be_done_is_not_advised(holder):
    roles.sync()
    pages = {}
    for name, role in (("mona", "moderator"), ("cole", "manager"), ("fay", "reviewer")):
        one = holder(name, roles=(role,))
        pages[name] = sign_in_fully(one, give_app(one.member)).get("/admin/").content.decode()
    deed = "Tick one to open a case about it"
    assert deed in pages["mona"] and deed not in pages["cole"] and deed not in pages["fay"]
    deed = "Open the newest draft"
    assert deed in pages["fay"] and deed not in pages["cole"]
    # Members and the suspending of members do not go by the same name.
    assert "Suspensions</a>" in pages["mona"] and pages["mona"].count(">Members</a>") == 1
