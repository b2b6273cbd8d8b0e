"""Which language somebody is spoken to in: chosen by a member, by a visitor, by their browser; and kept for the next visit."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from metya.members import languages, preferences
from metya.members.models import Preferences
from metya.wallets.models import Member
from metya.web.errors import Invalid

pytestmark = pytest.mark.django_db
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}


def spoken(response) -> str:
    found = re.search(r'<html lang="([\w-]+)"', response.content.decode())
    assert found and found[1] == response["Content-Language"]
    return found[1]


def test_a_browser_is_answered_in_the_language_that_it_asks_for():
    assert spoken(Client().get("/help/")) == "en"
    assert spoken(Client(HTTP_ACCEPT_LANGUAGE="en").get("/help/")) == "en"
    assert spoken(Client(HTTP_ACCEPT_LANGUAGE="fi,sw").get("/help/")) == "en"
    page = Client(**GERMAN).get("/help/")
    assert spoken(page) == "de" and "Auf dieser Seite" in page.content.decode()


def test_a_visitor_chooses_and_it_is_kept(client):
    page = client.get("/help/").content.decode()
    assert re.search(r'<a href="/settings/language/" lang="de"[^>]*>Deutsch</a>', page)
    page = client.get("/settings/language/", HTTP_REFERER="http://testserver/help/?x=1").content.decode()
    assert 'name="next" value="/help/?x=1"' in page and re.search(r'value="" [^>]*checked', page)
    answer = client.post("/settings/language/", {"language": "de", "next": "/help/?x=1"})
    assert answer["Location"] == "/help/?x=1" and client.cookies["language"].value == "de"
    assert client.cookies["language"]["httponly"] and client.cookies["language"]["max-age"] > 10_000_000
    page = client.get("/help/")
    assert spoken(page) == "de" and 'lang="en" dir="auto">English</a>' in page.content.decode()
    assert not Preferences.objects.exists()
    client.post("/settings/language/", {"language": ""})
    assert not client.cookies["language"].value and spoken(client.get("/help/")) == "en"
    # The other way round: English on a German browser.
    german = Client(**GERMAN)
    german.post("/settings/language/", {"language": "en"})
    assert spoken(german.get("/help/")) == "en"


@pytest.mark.parametrize("wrong", ["xx", "de-AT", "DE", "<b>", "de\x00"])
def test_a_language_that_is_not_spoken_is_refused_and_its_cookie_nothing(client, alice, wrong):
    assert client.post("/settings/language/", {"language": wrong}).status_code == 422
    with pytest.raises(Invalid):
        preferences.set_language(actor=alice, language=wrong)
    assert languages.known(wrong) == ""
    if "\x00" not in wrong:
        client.cookies["language"] = "xx"
        assert spoken(client.get("/help/")) == "en"


def test_nobody_is_led_away_after_choosing(client):
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post("/settings/language/", {"language": "de", "next": target})["Location"] == "/"


def test_a_members_choice_stands_over_browser_and_cookie_and_outlives_the_session(alice, as_member):
    client = as_member(alice)
    client.post("/settings/time/", {"zone": "", "language": "de"})
    assert preferences.of(Member.objects.get(pk=alice.pk)).language == "de"
    other = as_member(alice, HTTP_ACCEPT_LANGUAGE="en")
    other.cookies["language"] = "en"
    assert spoken(other.get("/")) == "de" and other.cookies["language"].value == "de"
    other.post("/sign-out/")
    assert spoken(other.get("/help/")) == "de"
    # From the foot of any page, too.
    client.post("/settings/language/", {"language": "en", "next": "/"})
    assert Preferences.objects.get().language == "en" and spoken(client.get("/")) == "en"


def test_leaving_it_to_the_browser_again_takes_the_cookie_along(alice, as_member):
    client = as_member(alice, **GERMAN)
    client.post("/settings/time/", {"zone": "", "language": "en"})
    assert spoken(client.get("/")) == "en"
    answer = client.post("/settings/time/", {"zone": "", "language": ""}, follow=True)
    assert "Gespeichert." in answer.content.decode()
    assert spoken(client.get("/")) == "de" and not client.cookies["language"].value


def test_what_is_said_when_it_is_chosen_is_in_the_new_language(alice, as_member):
    answer = as_member(alice).post("/settings/time/", {"zone": "", "language": "de"}, follow=True)
    assert "Gespeichert." in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/help/", "/explore/", "/rewards/epochs/", "/sign-in/"])
def test_a_cache_between_cannot_give_a_page_to_somebody_of_another_language(client, path):
    varies = client.get(path)["Vary"]
    assert "Accept-Language" in varies and "Cookie" in varies


def test_no_language_is_left_over_for_the_next_who_asks(alice, as_member):
    preferences.set_language(actor=alice, language="de")
    assert spoken(as_member(alice).get("/")) == "de"
    assert spoken(Client().get("/help/")) == "en"


def test_errors_speak_too(alice, as_member):
    german = Client(**GERMAN)
    assert "Nicht hier" in german.get("/no-such-page/").content.decode()
    client = as_member(alice, **GERMAN)
    answer = client.post(f"/@{alice.handle}/follow/")
    assert "Dir selbst kannst du nicht folgen." in answer.content.decode()
    told = client.post(f"/@{alice.handle}/follow/", HTTP_ACCEPT="application/json").json()
    assert told["message"] == "Dir selbst kannst du nicht folgen."


def test_jobs_write_in_the_language_of_whom_they_write_to(alice, bob):
    preferences.set_language(actor=alice, language="de")
    alice, bob = (Member.objects.select_related("preferences").get(pk=one.pk) for one in (alice, bob))
    assert (languages.of(alice), languages.of(bob)) == ("de", "en")
    with languages.speaking_to(alice):
        assert translation.gettext("Saved.") == "Gespeichert."
    with translation.override("en"):
        assert translation.gettext("Saved.") == "Saved."


def heard(member) -> tuple[str, str]:
    """What jobs would speak, and what is remembered."""
    found = Member.objects.select_related("preferences").get(pk=member.pk)
    return languages.of(found), preferences.of(found).heard


def test_one_who_leaves_it_to_the_browser_is_written_to_in_the_language_last_read(alice, bob, as_member):
    client = as_member(alice, **GERMAN)
    for _again in range(2):
        assert spoken(client.get("/help/")) == "de"
        assert heard(alice) == ("de", "de")
    assert spoken(client.get("/help/", HTTP_ACCEPT_LANGUAGE="en")) == "en"
    assert heard(alice) == ("en", "")
    # Nothing is written for those who read the site in its own language.
    as_member(bob).get("/help/")
    assert not Preferences.objects.filter(member=bob).exists()


def test_what_a_member_chose_stands_whatever_their_browser_asks_for(alice, as_member):
    preferences.set_language(actor=alice, language="en")
    as_member(alice, **GERMAN).get("/help/")
    assert heard(alice) == ("en", "")
    preferences.set_language(actor=alice, language="")
    as_member(alice, **GERMAN).get("/help/")
    assert heard(alice) == ("de", "de")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/notifications/count/", {}), ("/notifications/?before=9", {"HX-Request": "true"}), ("/no-such-page/", {}),
        ("/help/", {"Sec-Fetch-Dest": "empty"}), ("/manifest.webmanifest", {}),
    ],
)  # fmt: skip
def test_what_nobody_read_tells_nothing_of_the_reader(alice, as_member, path, headers):
    as_member(alice, **GERMAN).get(path, headers=headers)
    assert heard(alice) == ("en", "")


def test_home_in_another_language_takes_no_query_more(alice, as_member):
    def queries(client) -> int:
        with CaptureQueriesContext(connection) as taken:
            assert client.get("/").status_code == 200
        return len(taken)

    client = as_member(alice)
    client.get("/")
    plain = queries(client)
    german = as_member(alice, **GERMAN)
    german.get("/")
    assert heard(alice) == ("de", "de") and queries(german) == plain <= 8


def test_one_who_joins_in_german_is_written_to_in_german(client):
    """Jobs cannot ask a browser: who comes in another language than the site's own keeps it as their choice."""
    member = _newcomer()
    client.force_login(member)
    client.post("/welcome/", {"handle": "gerda"}, **GERMAN)
    assert Preferences.objects.get(member=member).language == "de"
    other = _newcomer("new_ba9876543210")
    client.force_login(other)
    client.post("/welcome/", {"handle": "edith"})
    assert not Preferences.objects.filter(member=other).exclude(language="").exists()


def _newcomer(handle: str = "new_0123456789ab") -> Member:
    return Member.objects.create(handle=handle)


def test_the_page_says_where_it_is_among_the_settings(as_member, alice, client):
    page = as_member(alice).get("/settings/language/").content.decode()
    assert '<a href="/settings/language/" aria-current="page">Language</a>' in page
    assert 'aria-current="page">Language</a>' not in client.get("/settings/language/").content.decode()
