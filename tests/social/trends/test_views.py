"""Trends by address, and the moderators' pages about them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import roles
from social.posts import actions as posts
from social.posts.models import Tag
from social.trends import actions
from social.trends.models import TagVeto
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bees(alice, bob):
    actions.set_trusted([alice.pk, bob.pk])
    for author in (alice, bob):
        posts.publish(actor=author, text="#bees")
    actions.count_trends()
    return Tag.objects.get()


@pytest.fixture
def moderator(mona, as_member, settings):
    """Mona at work; the second factor before the admin is tested with the wallets."""
    settings.DEMO = True
    roles.sync()
    type(mona).objects.filter(pk=mona.pk).update(is_demo=True)
    mona.refresh_from_db()
    return as_member(mona)


def test_what_is_talked_about(bees, client):
    page = client.get("/feeds/talked-about/").content.decode()
    assert "#bees" in page and "2 people" in page and "<html" not in page
    assert "2 people" in client.get("/search/").content.decode()
    assert client.post("/feeds/talked-about/").status_code == 405


def test_nothing_is_talked_about(client, db):
    assert "Nothing yet" in client.get("/feeds/talked-about/").content.decode()


def test_a_moderator_keeps_a_tag_out_and_lets_it_in_again(bees, moderator, client):
    page = moderator.get("/admin/social/tag/").content.decode()
    assert "#bees" in page and "Keep out of the trends" in page
    chosen = {"action": "veto", "_selected_action": bees.pk}
    asked = moderator.post("/admin/social/tag/", chosen)
    assert asked.status_code == 200 and "Reason" in asked.content.decode()
    until = timezone.now() + timedelta(days=2)
    fields = {"apply": "1", "reason": "Brigading", "until_0": f"{until:%Y-%m-%d}", "until_1": "12:00"}
    assert moderator.post("/admin/social/tag/", chosen | fields | {"reason": ""}).status_code == 422
    assert moderator.post("/admin/social/tag/", chosen | fields).status_code == 302
    assert "#bees" not in client.get("/feeds/talked-about/").content.decode()
    assert client.get("/tags/bees/").status_code == 200
    page = moderator.get("/admin/social/tagveto/").content.decode()
    assert "Brigading" in page and "@mona" in page
    lift = {"action": "lift", "_selected_action": TagVeto.objects.get().pk, "apply": "1", "reason": "Calm again"}
    assert moderator.post("/admin/social/tagveto/", lift).status_code == 302
    assert "#bees" in client.get("/feeds/talked-about/").content.decode()
    assert list(
        AuditEvent.objects.filter(verb__startswith="trends.").values_list("verb", flat=True).order_by("pk")
    ) == [
        "trends.veto",
        "trends.lift",
    ]


def test_other_staff_and_members_are_kept_out(bees, moderator, cole, fay, carol, as_member):
    for person in (cole, fay):
        type(person).objects.filter(pk=person.pk).update(is_demo=True)
        person.refresh_from_db()
    for person in (cole, fay):
        for path in ("/admin/social/tag/", "/admin/social/tagveto/"):
            assert as_member(person).get(path).status_code == 403
        assert (
            as_member(person).post("/admin/social/tag/", {"action": "veto", "_selected_action": bees.pk}).status_code
            == 403
        )
    assert as_member(carol).get("/admin/social/tag/").status_code in (302, 403, 404)
    for path in ("/admin/social/tag/add/", f"/admin/social/tag/{bees.pk}/delete/", "/admin/social/tagveto/add/"):
        assert moderator.get(path).status_code == 403
    assert not TagVeto.objects.exists()


def test_the_moderators_list_takes_the_same_queries_at_any_length(bees, moderator):
    found = []
    moderator.get("/admin/social/tag/")
    for more in (2, 27):
        for number in range(more):
            for author in (make.member(), make.member()):
                posts.publish(actor=author, text=f"#x{more}y{number}")
        with CaptureQueriesContext(connection) as queries:
            assert moderator.get("/admin/social/tag/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]
