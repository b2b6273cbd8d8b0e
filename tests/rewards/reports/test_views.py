"""The managers' pages by their addresses: who may, bad input, what they say, how many questions they ask."""

import html
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metya.members import preferences
from metya.ops.models import AuditEvent
from metya.wallets import roles, secondfactor
from metya.wallets.models import Member
from rewards.reports import catalogue, rollups
from rewards.reports.metrics import Family
from rewards.reports.models import MachineAccount
from social.posts.models import PostTag, Tag
from tests import make
from tests.rewards.reports.conftest import DAY, at, before, count, deed, person, post, reply

pytestmark = pytest.mark.django_db
FAMILIES = ["growth", "retention", "content", "people", "rewards", "moderation"]
PAGES = ["", *(f"{name}/" for name in FAMILIES), "machines/", "exports/", "month/2026/3/"]
READERS = {"manager", "auditor", "admin"}


@pytest.fixture(autouse=True)
def _door(monkeypatch):
    """A second factor was given, and it is the day after DAY."""
    monkeypatch.setattr(secondfactor, "verified", lambda request: True)
    monkeypatch.setattr(rollups, "today", lambda: DAY + timedelta(days=1))


@pytest.fixture
def staff(db):
    """One person for each role, with the permissions that the role has."""
    roles.sync()
    names = Group.objects.exclude(name="admin").values_list("name", flat=True)
    people = {role: make.member(f"a_{role}", roles=(role,)) for role in names}
    return people | {"admin": make.member("a_admin", roles=("admin",), is_superuser=True), "": make.member("nobody")}


@pytest.fixture
def cole_in(staff, as_member):
    return as_member(staff["manager"])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_against_every_role(staff, as_member, page):
    for role, member in staff.items():
        # A role that reads everything has the permission by its group.
        may = role in READERS or member.has_perm("rewards.read_reports")
        answer = as_member(member).get(f"/admin/reports/{page}", follow=True)
        assert answer.status_code == (200 if may else 403), (role, page)
    assert not staff["moderator"].has_perm("rewards.read_reports")


def test_visitors_sign_in_first(client):
    assert client.get("/admin/reports/growth/", follow=True).redirect_chain[-1][0].startswith("/sign-in/")


def test_a_role_that_is_taken_ends_at_once(staff, cole_in):
    assert cole_in.get("/admin/reports/").status_code == 200
    staff["manager"].groups.clear()
    assert cole_in.get("/admin/reports/").status_code == 403


def test_without_a_second_factor_the_door_is_shut(cole_in, monkeypatch):
    monkeypatch.setattr(secondfactor, "verified", lambda request: False)
    assert cole_in.get("/admin/reports/").status_code == 302


def lively():
    ada, ben = person("ada", at(before(12))), person("ben", at(before(3)))
    for days in range(13, -1, -1):
        one = post(ada, at(before(days), 10))
        PostTag.objects.create(post=one, tag=Tag.objects.get_or_create(name="ferry")[0])
        if days < 7:
            reply(ben, one, at(before(days), 10, 30))
            deed(ben, ada, "like", at(before(days), 11))
    count(*(before(days) for days in range(13, -1, -1)))
    return ada, ben


def test_the_first_page_says_figures_beside_the_period_before(cole_in):
    lively()
    page = cole_in.get("/admin/reports/?days=7").content.decode()
    assert "4 Mar 2026 to 10 Mar 2026" in page and "beside 25 Feb 2026 to 3 Mar 2026" in page
    # Seven posts in this week as in the last; one sign-up in both.
    assert "before: 7" in page and "30 min" in page
    assert page.count('<svg class="chart spark"') >= 5 and "style=" not in page
    assert "As of" in page and "not counted yet" not in page


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_shows_definitions_tables_and_rows(cole_in, name):
    lively()
    page = cole_in.get(f"/admin/reports/{name}/?days=7").content.decode()
    assert "Day by day" in page and page.count('<caption class="meta">') == page.count('class="card metric"') > 0


def test_the_rows_behind_a_figure_are_those_it_counts(cole_in):
    lively()
    page = cole_in.get("/admin/reports/content/?days=7").content.decode()
    links = [part.split('"')[0].replace("&amp;", "&") for part in page.split('href="')[1:]]
    behind = next(link for link in links if "in_reply_to__isnull=False" in link)
    # By UTC, whatever the reader's clock says.
    preferences.set_zone(actor=Member.objects.get(handle="a_manager"), zone="Pacific/Auckland")
    listed = cole_in.get(behind)
    assert listed.status_code == 200 and listed.context["cl"].result_count == 7


def test_people_and_topics(cole_in):
    ada, _ben = lively()
    person("quiet")
    page = cole_in.get("/admin/reports/people/?days=7").content.decode()
    assert "@ada" in page and "@ben" in page and "@quiet" not in page
    page = cole_in.get("/admin/reports/content/?days=7").content.decode()
    assert "#ferry" in page and '<td class="n">7</td><td class="n">7</td>' in page


def test_who_is_leaving(cole_in):
    ada, ben = person("ada"), person("ben")
    for days in range(7, 14):
        deed(ben, ada, "like", at(before(days)), post=post(ada, at(before(days))))
    post(ada, at())
    count(*(before(days) for days in range(13, -1, -1)))
    page = cole_in.get("/admin/reports/people/?days=7")
    assert [one.member for one in page.context["people"].leaving] == [ben]
    assert [one.before for one in page.context["people"].leaving] == [7]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("start=2026-03-01", "Give both days"),
        ("start=2026-03-09&end=2026-03-01", "first day lies after"),
        ("start=2026-03-01&end=2026-03-11", "must be over"),
        ("start=2020-01-01&end=2026-03-01", "At most 366 days"),
        ("start=nonsense&end=2026-03-01", "Enter a valid date"),
        ("start=0001-01-01&end=0001-01-09", "Enter a valid date"),
        ("days=5", "Select a valid choice"),
        ("who=cats", "Select a valid choice"),
    ],
)
def test_bad_periods_are_said_and_what_was_typed_stays(cole_in, asked, words):
    answer = cole_in.get(f"/admin/reports/?{asked}")
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    typed = [value for value in (part.split("=")[1] for part in asked.split("&")) if asked.startswith("start")]
    assert all(f'value="{value}"' in page for value in typed)


def test_a_family_that_does_not_exist(cole_in):
    assert cole_in.get("/admin/reports/weather/").status_code == 404


def test_days_that_were_not_counted_are_said(cole_in):
    page = cole_in.get("/admin/reports/?days=7").content.decode()
    assert "7 days of the period were not counted yet" in page and "nothing to compare with" in page


def test_machines_are_marked_and_left_out(staff, cole_in):
    ada, robot = person("ada"), person("robot")
    post(ada, at())
    post(robot, at())
    page = cole_in.post("/admin/reports/machines/", {"handle": "nobody_such"})
    assert page.status_code == 422 and "Nobody here has that handle" in page.content.decode()
    assert 'value="nobody_such"' in page.content.decode()
    assert cole_in.post("/admin/reports/machines/", {"handle": "robot"}, follow=True).status_code == 200
    assert MachineAccount.objects.get().member == robot
    assert AuditEvent.objects.get(verb="reports.machine_marked").actor == staff["manager"]
    count()

    def posts(asked):
        report = cole_in.get(f"/admin/reports/content/?days=7{asked}").context["report"]
        return next(one.value for one in report.shown if one.metric.name == "posts")

    assert (posts(""), posts("&who=all")) == (1, 2)
    page = cole_in.get("/admin/reports/?days=7").content.decode()
    assert "One machine account is left out." in page
    assert cole_in.post(f"/admin/reports/machines/{robot.pk}/person/", follow=True).status_code == 200
    assert not MachineAccount.objects.exists()
    assert cole_in.get(f"/admin/reports/machines/{robot.pk}/person/").status_code == 405


def test_reading_is_not_marking(staff, as_member):
    reader = staff["moderator"]
    reader.user_permissions.add(Permission.objects.get(codename="read_reports"))
    client = as_member(reader)
    assert client.get("/admin/reports/").status_code == 200
    make.member("robot")
    assert client.post("/admin/reports/machines/", {"handle": "robot"}).status_code == 403
    assert client.post("/admin/reports/machines/1/person/").status_code == 403
    assert not MachineAccount.objects.exists()


@pytest.mark.parametrize("page", ["", *(f"{name}/" for name in FAMILIES)])
def test_as_many_questions_for_many_days_as_for_few(cole_in, page):
    lively()
    cole_in.get("/admin/reports/")
    counts = []
    for days in (7, 90):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert cole_in.get(f"/admin/reports/{page}?days={days}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16


def test_the_index_of_the_admin_leads_there(staff, as_member, cole_in):
    assert "/admin/reports/" in cole_in.get("/admin/").content.decode()
    assert "/admin/reports/" not in as_member(staff["moderator"]).get("/admin/").content.decode()


def test_a_month_on_paper(cole_in):
    lively()
    page = cole_in.get("/admin/reports/month/2026/3/")
    report = page.context["report"]
    assert (str(report.period.first), str(report.period.last)) == ("2026-03-01", "2026-03-10")
    assert next(one.value for one in report.shown if one.metric.name == "posts") == 10
    words = page.content.decode()
    assert "March 2026" in words and "#ferry" in words and "/admin/reports/month/2026/2/" in words
    assert cole_in.get("/admin/reports/month/2026/2/").context["report"].period.last.isoformat() == "2026-02-28"
    for nonsense in ("2026/4", "2026/13", "2026/0", "99999/1"):
        assert cole_in.get(f"/admin/reports/month/{nonsense}/").status_code == 404


def test_paper_names_a_whole_address(cole_in, settings):
    settings.SITE_URL = "https://metya.example"
    words = cole_in.get("/admin/reports/month/2026/3/").content.decode()
    assert ">https://metya.example/transparency/</a>" in words


def test_every_figure_says_what_it_is_when_and_beside_what(cole_in, trio):
    """Definition, days, the moment of counting and the period before stand on each page; machines are left out by a choice."""
    post(trio[0], at())
    count(*(before(days) for days in range(2)))
    for family in FAMILIES:
        body = cole_in.get(f"/admin/reports/{family}/?days=7").content.decode()
        shown = catalogue.of(Family(family))
        assert all(str(one.definition) in html.unescape(body) for one in shown), family
        assert "As of " in body and ", UTC days, beside " in body and 'name="who"' in body, family
        assert body.count("Day by day") == len(shown)


def test_only_long_courses_bring_their_script(cole_in, trio):
    for days, there in ((28, False), (90, True)):
        body = cole_in.get(f"/admin/reports/growth/?days={days}").content.decode()
        assert ("long-chart" in body) == ("uplot" in body) == ("data-long" in body) == there
