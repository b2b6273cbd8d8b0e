"""Reporting by address, and the deeds of moderators in the admin."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.ops.waiting import waiting_for
from metya.wallets import roles
from social.lists.models import MemberList
from social.moderation import actions as moderation
from social.moderation.models import Case, Report, ReporterMute
from tests import make

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _open_door(settings):
    """The second factor before the admin is tested with the wallets."""
    settings.DEMO = True
    roles.sync()


def staff(member):
    type(member).objects.filter(pk=member.pk).update(is_demo=True)
    member.refresh_from_db()
    return member


def test_reporting_a_post_and_a_member(alice, carol, as_member):
    post = make.post(alice, "Buy now")
    client = as_member(carol)
    for path in (f"/posts/{post.pk}/report/", "/@alice/report/"):
        assert client.get(path).status_code == 200
        for _again in range(2):
            assert client.post(path, {"rule": "spam", "note": "Ads"})["Location"] == (
                f"/posts/{post.pk}/" if "posts" in path else "/@alice/"
            )
    assert Report.objects.count() == 2
    assert client.post("/@alice/report/", {"rule": "spam"}, headers=JSON).json() == {"reported": True}


def test_who_reported_it_before_is_told_so_and_not_thanked_for_nothing(alice, carol, bob, as_member):
    post = make.post(alice, "Buy now")
    client, path = as_member(carol), f"/posts/{post.pk}/report/"
    first = client.post(path, {"rule": "spam"}, follow=True).content.decode()
    assert "Thank you" in first
    again = client.get(path).content.decode()
    assert "You reported this already: No spam" in again and 'name="rule"' not in again
    repeated = client.post(path, {"rule": "scam", "note": "More"}, follow=True).content.decode()
    assert "You reported this before" in repeated and "Thank you" not in repeated
    for other in ("/@alice/report/", f"/posts/{make.post(alice, 'Other').pk}/report/"):
        assert 'name="rule"' in client.get(other).content.decode(), "of something else it says nothing"
    assert 'name="rule"' in as_member(bob).get(path).content.decode()
    Report.objects.update(state="dismissed", decided_at=timezone.now())
    assert 'name="rule"' in client.get(path).content.decode(), "what was decided can be reported anew"


def test_bad_reports_keep_what_was_typed(alice, carol, as_member):
    client = as_member(carol)
    for fields in (
        {"note": "typed"},
        {"rule": "dislike", "note": "typed"},
        {"rule": "spam", "note": "typed\u202e"},
    ):
        response = client.post("/@alice/report/", fields)
        assert response.status_code == 422 and "typed" in response.content.decode()
    assert client.post("/@alice/report/", {}, headers=JSON).status_code == 422
    assert not Report.objects.exists()


def test_who_reports_what(alice, carol, as_member, client):
    hidden = make.post(alice, visibility="followers")
    assert client.post("/@alice/report/", {"rule": "spam"})["Location"].startswith("/sign-in/")
    assert as_member(carol).post(f"/posts/{hidden.pk}/report/", {"rule": "spam"}).status_code == 404
    assert (
        as_member(carol).get("/posts/999/report/").status_code
        == 404
        == as_member(carol).get("/@nobody_x/report/").status_code
    )
    assert as_member(alice).get("/@alice/report/").status_code == 403
    assert not Report.objects.exists()


def test_reporting_is_slowed_down(alice, carol, as_member):
    client = as_member(carol)
    answers = [client.post("/@alice/report/", {}, headers=JSON) for _number in range(22)]
    assert answers[-1].status_code == 429 and int(answers[-1]["Retry-After"]) > 0


# --- admin -------------------------------------------------------------------------------------------------------

PAGES = ("report", "post", "moderatedmember", "interaction")
SEEN = {
    "mona": {"report", "post", "moderatedmember"},
    "fay": {"post", "interaction"},
    "cole": {"report", "post", "moderatedmember", "interaction"},
}


@pytest.mark.parametrize("name", SEEN)
def test_who_sees_which_page(mona, fay, cole, alice, as_member, name):
    make.post(alice)
    client = as_member(staff({"mona": mona, "fay": fay, "cole": cole}[name]))
    assert {page for page in PAGES if client.get(f"/admin/social/{page}/").status_code == 200} == SEEN[name]
    for page in PAGES:
        assert client.get(f"/admin/social/{page}/add/").status_code == 403


def test_others_see_none_of_it(alice, as_member):
    for page in PAGES:
        assert as_member(alice).get(f"/admin/social/{page}/").status_code in (302, 403)


def act(client, page, action, rows, **fields):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
    return client.post(f"/admin/social/{page}/", data, follow=False)


@pytest.mark.parametrize("page", ["post", "moderatedmember"])
def test_a_case_is_opened_and_decided_in_the_queue(mona, alice, as_member, page):
    client = as_member(staff(mona))
    rows = {"post": [make.post(alice, "Buy now")], "moderatedmember": [alice]}[page]
    asked = act(client, page, "open_case", rows)
    assert asked.status_code == 200 and "No spam" in asked.content.decode()
    missing = act(client, page, "open_case", rows, apply="1", note="Typed")
    assert missing.status_code == 422 and "Typed" in missing.content.decode() and not Case.objects.exists()
    answer = act(client, page, "open_case", rows, apply="1", rule="spam", note="Seen")
    case = Case.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/admin/moderation/queue/{case.pk}/"
    card = client.get(answer["Location"]).content.decode()
    assert "Seen" in card and "/decide/" in card and rows[0].__class__.objects.filter(pk=rows[0].pk).exists()


def test_a_suspension_ends_with_a_reason(mona, alice, as_member):
    client = as_member(staff(mona))
    make.suspend(mona, alice)
    assert act(client, "moderatedmember", "unsuspend", [alice], apply="1", reason="Appeal").status_code == 302
    alice.refresh_from_db()
    assert not alice.suspended


def test_a_refused_deed_says_why(mona, as_member):
    client = as_member(staff(mona))
    response = act(client, "moderatedmember", "open_case", [mona], apply="1", rule="spam", note="x")
    assert "not about themselves" in client.get(response["Location"]).content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("page", "action"),
    [("moderatedmember", "open_case"), ("moderatedmember", "mute_reporter"), ("post", "open_case")],
)
def test_managers_only_look(cole, alice, bob, as_member, page, action):
    client = as_member(staff(cole))
    report = make.report(bob, alice)
    rows = {"moderatedmember": [alice], "post": [make.post(alice)]}[page]
    act(client, page, action, rows, apply="1", rule="spam", note="x", reason="x", until_0="2099-01-01", until_1="00:00")
    report.refresh_from_db()
    alice.refresh_from_db()
    assert report.state == "open" and Case.objects.count() == 1 and not alice.suspended and alice.posts.get().present
    assert Group.objects.get(name="manager").permissions.exists()


def test_open_cases_wait_for_moderators_alone(alice, carol, mona, fay):
    post = make.post(alice)
    make.report(carol, alice, post=post)
    (line,) = waiting_for(mona)
    assert line.text == "1 case is open"
    assert waiting_for(fay) == waiting_for(alice) == []
    make.decide(mona, Report.objects.get())
    assert waiting_for(mona) == []


# --- what is reported besides, and what reporters see --------------------------------------------------------------------


def test_pictures_and_lists_are_reported_too(alice, carol, as_member):
    post = make.post(alice)
    image = make.picture(alice, post)
    public = MemberList.objects.create(owner=alice, name="Fools", public=True)
    hidden = MemberList.objects.create(owner=alice, name="Mine")
    client = as_member(carol)
    assert "Report only the picture" in client.get(f"/posts/{post.pk}/report/").content.decode()
    assert (
        f'name="image" value="{image.pk}"' in client.get(f"/posts/{post.pk}/report/?image={image.pk}").content.decode()
    )
    sent = {"rule": "spam", "image": str(image.pk)}
    assert client.post(f"/posts/{post.pk}/report/", sent)["Location"] == f"/posts/{post.pk}/"
    for wrong in ("999999", "x", "-1"):
        assert client.post(f"/posts/{post.pk}/report/", sent | {"image": wrong}).status_code == 404
    assert "Report" in client.get(f"/lists/{public.pk}/").content.decode()
    assert client.post(f"/lists/{public.pk}/report/", {"rule": "spam"})["Location"] == f"/lists/{public.pk}/"
    assert client.post(f"/lists/{hidden.pk}/report/", {"rule": "spam"}).status_code == 404
    assert set(Case.objects.values_list("kind", "subject_id")) == {("image", image.pk), ("list", public.pk)}
    assert "Fools" in Report.objects.get(case__kind="list").evidence


def test_a_muted_reporter_is_told_on_the_form(alice, carol, mona, as_member):
    until = timezone.now() + timedelta(days=3)
    moderation.mute_reporter(actor=mona, member=carol, until=until, reason="Reports whoever wins.")
    page = as_member(carol).post("/@alice/report/", {"rule": "spam", "note": "typed"})
    assert (
        page.status_code == 422
        and "Reports whoever wins." in page.content.decode()
        and "typed" in page.content.decode()
    )
    assert "Reports whoever wins." in as_member(carol).get("/settings/reports/").content.decode()


def test_reporters_see_state_and_outcome_and_nobody_elses(alice, bob, carol, mona, as_member):
    mine = [make.report(carol, alice, post=make.post(alice, text)) for text in ("one", "two", "three")]
    make.report(bob, alice, note="bob says")
    make.decide(mona, mine[0], "warn")
    make.decide(mona, mine[1])
    page = as_member(carol).get("/settings/reports/").content.decode()
    for words in ("It was right", "no rule was broken", "It waits for a moderator", "No spam", "@alice"):
        assert words in page
    assert page.count('id="report-') == 3 and "bob says" not in page
    assert "You reported nothing yet" in as_member(alice).get("/settings/reports/").content.decode()
    assert as_member(carol).get("/settings/reports/?before=x").status_code == 400
    assert as_member(carol).post("/settings/reports/").status_code == 405


def test_the_page_of_reports_takes_as_many_queries_at_thirty(alice, carol, as_member, django_assert_max_num_queries):
    client = as_member(carol)
    make.report(carol, alice)
    with CaptureQueriesContext(connection) as few:
        client.get("/settings/reports/")
    for _number in range(30):
        make.report(carol, alice, post=make.post(alice))
    with django_assert_max_num_queries(len(few)):
        client.get("/settings/reports/")


def test_reporters_are_muted_in_the_admin(mona, carol, as_member):
    client = as_member(staff(mona))
    fields = {"apply": "1", "reason": "Noise", "until_0": "2099-01-01", "until_1": "00:00"}
    assert act(client, "moderatedmember", "mute_reporter", [carol], **fields).status_code == 302
    assert ReporterMute.objects.get().member == carol
    assert "Noise" in client.get(f"/admin/social/moderatedmember/{carol.pk}/change/").content.decode()
    act(client, "moderatedmember", "hear_reporter", [carol])
    assert not ReporterMute.objects.exists()
