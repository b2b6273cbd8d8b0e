"""The page of schedules, and the link in their mails."""

import re

import pytest
from django.core import mail
from django.test import Client

from rewards.reports import exporting
from rewards.reports.models import Export
from rewards.schedules import actions, links
from rewards.schedules.models import Run, Schedule
from tests import make
from tests.rewards.schedules.test_running import cole, due, plan, work  # noqa: F401

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/schedules/"
SENT = {
    "name": "posts",
    "format": "xlsx",
    "span": "week",
    "every": "week",
    "weekday": "3",
    "monthday": "1",
    "hour": "7",
}


@pytest.fixture
def client(cole, settings, as_member):  # noqa: F811
    settings.DEMO = True
    cole.is_demo = True
    cole.save()
    return as_member(cole)


def test_planning_and_the_list(client, cole):  # noqa: F811
    page = client.get(PAGE).content.decode()
    assert "cole@example.org" in page and "None so far." in page
    assert client.post(PAGE, SENT | {"only": "posts:public", "who": "people"})["Location"] == PAGE
    made = Schedule.objects.get()
    assert (made.member, made.weekday, made.monthday, made.only, made.people) == (cole, 3, None, "public", True)
    assert "· Everyone" in client.get(PAGE).content.decode(), "in the words of the form"
    page = client.get(PAGE).content.decode()
    assert "Thursday" in page and "The last 7 days" in page and f"{made.next_at:%Y-%m-%d} 07:00" in page
    assert client.get("/admin/reports/").content.decode().count(PAGE) == 1


@pytest.mark.parametrize(
    "wrong", [{"name": "x"}, {"hour": "24"}, {"only": "reports:open"}, {"every": "", "hour": ""}, {"weekday": "9"}]
)
def test_bad_input_keeps_what_was_typed(wrong, client):
    answer = client.post(PAGE, SENT | wrong)
    assert answer.status_code == 422 and not Schedule.objects.exists()
    assert '<option value="week" selected>' in answer.content.decode()


def test_what_the_action_refuses_stands_on_the_page(client, cole):  # noqa: F811
    for _ in range(actions.MOST):
        plan(cole)
    answer = client.post(PAGE, SENT)
    assert answer.status_code == 422 and "Delete one first" in answer.content.decode()


def test_pause_resume_delete_and_back(client, cole):  # noqa: F811
    made = plan(cole)
    for what, words in (
        ("pause", "paused by you"),
        ("resume", f"{made.next_at:%Y-%m-%d}"),
        ("delete", "Bring it back"),
        ("restore", "Pause"),
    ):
        for _ in range(2):  # twice is harmless
            assert client.post(f"{PAGE}{made.pk}/{what}/")["Location"] == PAGE
        assert words in client.get(PAGE).content.decode(), what
    assert client.get(f"{PAGE}{made.pk}/pause/").status_code == 405
    assert client.post(f"{PAGE}{made.pk}/burn/").status_code == 404
    assert client.post(f"{PAGE}{made.pk + 99}/pause/").status_code == 404


def test_anothers_is_not_there(client, cole, as_member):  # noqa: F811
    made = plan(cole)
    other = as_member(make.member("carla", roles=("manager",), is_demo=True))
    for what in ("pause", "resume", "delete", "restore"):
        assert other.post(f"{PAGE}{made.pk}/{what}/").status_code == 404
    assert "Figures by day" not in other.get(PAGE).content.decode().split('id="schedules"')[1]
    auditor = as_member(make.member("audra", roles=("auditor",), is_demo=True))
    assert auditor.get(PAGE).status_code == 200 and auditor.post(PAGE, SENT).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_a_failure_and_its_reason_are_shown(client, cole, monkeypatch):  # noqa: F811
    due(plan(cole, format="xlsx"))
    monkeypatch.setattr(exporting, "write_file", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    work()
    work()
    page = client.get(PAGE).content.decode()
    assert "The disk of the server is full" in page and "Tried again at" in page


def test_the_link_in_the_mail_asks_for_a_sign_in_and_leads_to_the_file(client, cole, as_member):  # noqa: F811
    due(plan(cole, name="members"))
    work()
    work()
    path = re.search(r"https?://[^/]+(/admin/reports/exports/file/\S+)", mail.outbox[0].body)[1]
    assert "/sign-in/" in Client().get(path, follow=False)["Location"] or "login" in Client().get(path)["Location"]
    other = as_member(make.member("carla", roles=("manager",), is_demo=True))
    assert other.get(path).status_code == 404
    got = client.get(path)
    assert got.status_code == 200 and b"joined_at" in b"".join(got.streaming_content)
    assert "mailed" in client.get(PAGE).content.decode()
    Export.objects.update(expires_at="2020-01-01T00:00Z")
    assert client.get(path).status_code == 410


def test_one_click_ends_the_mails(cole):  # noqa: F811
    made = plan(cole)
    path = re.sub(r"^https?://[^/]+", "", links.stop_url(made))
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    made.refresh_from_db()
    assert made.pause == ""  # mail programs open links by themselves
    for _ in range(2):
        assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    made.refresh_from_db()
    assert made.pause == "mail" and not Run.objects.exists()
    assert stranger.get("/mail/reports/stop/nonsense/").status_code == 404
    assert stranger.post("/mail/reports/stop/1.x:y/").status_code == 404
