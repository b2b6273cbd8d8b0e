"""Appearance, time zone and language: for members, for visitors, and in the very first bytes of a page."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.members import preferences, zones
from metya.members.look import Look
from metya.members.models import Preferences
from metya.members.pages import PAGES
from metya.web.errors import Invalid
from social.drafts.models import Draft
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.django_db
DARK = {"theme": "dark", "text": "large", "motion": "reduced"}


def html_tag(response) -> str:
    return re.search(r"<html[^>]*>", response.content.decode())[0]


def test_a_visitor_chooses_and_every_page_is_so_from_its_first_byte(client):
    assert "data-" not in html_tag(client.get("/help/")) and "look" not in client.cookies
    assert client.post("/settings/appearance/", DARK).status_code == 302
    assert client.cookies["look"].value == "dark-large-reduced" and client.cookies["look"]["httponly"]
    tag = html_tag(client.get("/help/"))
    assert 'data-theme="dark"' in tag and 'data-text="large"' in tag and 'data-motion="reduced"' in tag
    page = client.get("/settings/appearance/").content.decode()
    assert re.search(r'value="dark"[^>]* checked', page) and not Preferences.objects.exists()
    client.post("/settings/appearance/", {"theme": "system", "text": "normal", "motion": "system"})
    assert not client.cookies["look"].value and "data-theme" not in html_tag(client.get("/help/"))


def test_a_members_choice_is_theirs_on_every_device_and_stays_when_they_sign_out(alice, as_member):
    as_member(alice).post("/settings/appearance/", DARK)
    other = as_member(alice)
    assert 'data-theme="dark"' in html_tag(other.get("/"))
    other.post("/sign-out/")
    assert 'data-theme="dark"' in html_tag(other.get("/"))
    # What stands for the account is stronger than what the browser had before.
    third = as_member(alice)
    third.cookies["look"] = "light-small-system"
    assert 'data-theme="dark"' in html_tag(third.get("/help/")) and third.cookies["look"].value == "dark-large-reduced"


@pytest.mark.parametrize(
    "cookie", ["", "dark", "dark-large", "<script>-large-system", "dark-large-reduced-x", "--", '"dark"-"x"-']
)
def test_a_cookie_that_we_did_not_write_is_nothing(client, cookie):
    assert Look.read(cookie) == Look()
    client.cookies["look"] = cookie
    assert "data-" not in html_tag(client.get("/help/"))


@pytest.mark.parametrize("field", DARK)
def test_what_is_not_offered_is_refused(client, alice, as_member, field):
    for who in (client, as_member(alice)):
        assert who.post("/settings/appearance/", DARK | {field: "blinking"}).status_code == 422
    with pytest.raises(Invalid):
        preferences.set_look(actor=alice, look=Look(**(DARK | {field: "blinking"})))
    assert not Preferences.objects.exists()


def test_signing_in_costs_no_query_for_preferences(alice, as_member, django_assert_num_queries):
    client = as_member(alice)
    client.get("/help/")
    with CaptureQueriesContext(connection) as without:
        client.get("/settings/")
    preferences.set_zone(actor=alice, zone="Asia/Tokyo")
    with django_assert_num_queries(len(without)):
        client.get("/settings/")


# --- time --------------------------------------------------------------------------------------------------------


def test_times_are_those_of_the_members_clock(alice, bob, as_member):
    post = make.post(bob, "late", created_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    preferences.set_zone(actor=alice, zone="Asia/Tokyo")
    page = as_member(alice).get(f"/posts/{post.pk}/").content.decode()
    assert "1 February 2026, 08:30" in page and "31 January" not in page
    assert "31 January 2026, 23:30" in as_member(bob).get(f"/posts/{post.pk}/").content.decode()


def test_a_line_that_is_remembered_is_not_shown_by_the_clock_of_another():
    moment = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    line = Template("{% ago moment %}")
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert "1 February 2026, 08:30" in line.render(Context({"moment": moment}))
    with timezone.override(ZoneInfo("America/New_York")):
        assert "31 January 2026, 18:30" in line.render(Context({"moment": moment}))
    assert "31 January 2026, 23:30" in line.render(Context({"moment": moment}))


def test_a_request_leaves_no_zone_behind(alice, as_member, client):
    preferences.set_zone(actor=alice, zone="Asia/Tokyo")
    as_member(alice).get("/settings/time/")
    client.get("/help/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_day_of_an_epoch_is_that_of_utc_for_everyone():
    shown = Template('{{ day|utc|date:"j M Y" }}')
    with timezone.override(ZoneInfo("America/New_York")):
        assert shown.render(Context({"day": datetime(2026, 1, 31, tzinfo=UTC)})) == "31 Jan 2026"


def test_without_scripts_a_post_goes_out_by_the_members_clock(alice, as_member):
    preferences.set_zone(actor=alice, zone="Asia/Tokyo")
    at = (timezone.now() + timedelta(days=1)).astimezone(ZoneInfo("Asia/Tokyo")).replace(second=0, microsecond=0)
    typed = {"text": "Later", "client_key": "k1", "post_at": f"{at:%Y-%m-%dT%H:%M}"}
    assert as_member(alice).post("/posts/", typed).status_code == 302
    assert Draft.objects.get().due_at == at and not Post.objects.exists()
    # The browser's own offset, where there is one, is from UTC and stands whatever the settings say.
    typed |= {"client_key": "k2", "post_at_offset": "60", "post_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"}
    as_member(alice).post("/posts/", typed)
    assert Draft.objects.get(key="k2").due_at == at + timedelta(hours=1)


def test_the_browser_says_the_zone_until_the_member_chooses(alice, as_member):
    client = as_member(alice)
    assert 'data-zone=""' in client.get("/help/").content.decode()
    assert client.post("/settings/time/seen/", {"zone": "Europe/Lisbon"}).status_code == 204
    assert 'data-zone="Europe/Lisbon"' in client.get("/help/").content.decode()
    assert client.post("/settings/time/", {"zone": "Asia/Tokyo"}).status_code == 302
    assert "data-zone" not in client.get("/help/").content.decode()
    client.post("/settings/time/seen/", {"zone": "Europe/Lisbon"})
    assert Preferences.objects.get().zone == "Asia/Tokyo"
    client.post("/settings/time/", {"zone": ""})
    client.post("/settings/time/seen/", {"zone": "Europe/Lisbon"})
    assert Preferences.objects.get().zone == "Europe/Lisbon"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Etc/GMT+5", "europe/lisbon", "x" * 5000, "\x00"])
def test_a_zone_that_is_none_changes_nothing(alice, as_member, zone):
    client = as_member(alice)
    assert client.post("/settings/time/seen/", {"zone": zone}).status_code == 204
    assert client.post("/settings/time/", {"zone": zone}).status_code == 422
    assert not Preferences.objects.exists()
    Preferences.objects.create(
        member=alice, zone=zone[:60].replace("\x00", ""), zone_chosen=True
    )  # known once, not now
    assert client.get("/settings/time/").status_code == 200


def test_the_list_has_the_places_people_know():
    assert {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"} <= zones.names()


def test_with_one_language_there_is_no_choice_of_languages(alice, as_member, settings):
    client = as_member(alice)
    both, settings.LANGUAGES = settings.LANGUAGES, settings.LANGUAGES[:1]
    assert 'name="language"' not in client.get("/settings/time/").content.decode()
    settings.LANGUAGES = both
    assert 'name="language"' in client.get("/settings/time/").content.decode()
    client.post("/settings/time/", {"zone": "", "language": "de"})
    assert Preferences.objects.get().language == "de"
    page = client.get("/help/")
    assert '<html lang="de"' in page.content.decode() and page["Content-Language"] == "de"
    assert client.post("/settings/time/", {"zone": "", "language": "xx"}).status_code == 422


def test_members_only_and_the_right_verbs(client):
    for path in ("/settings/", "/settings/time/"):
        assert client.get(path)["Location"].startswith("/sign-in/")
    assert client.post("/settings/time/seen/", {"zone": "UTC"})["Location"].startswith("/sign-in/")


def test_the_hub_leads_to_every_page(alice, as_member):
    client = as_member(alice)
    page = client.get("/settings/").content.decode()
    for path in re.findall(r'class="row" href="(/settings/[^"]+)"', page):
        assert client.get(path).status_code == 200, path
    assert page.count('class="row" href="/settings/') >= 9


def test_every_page_of_the_settings_says_which_it_is(client):
    client.force_login(make.member("ines"))
    for page in PAGES:
        found = client.get(page.path).content.decode()
        tabs = re.search(r'<nav class="tabs".*?</nav>', found, re.DOTALL)
        assert tabs and re.search(rf'<a href="{page.path}" aria-current="page">', tabs[0]), page.path
