"""Configuration by administrators alone, with an audit event; the export of what members share."""

import json

import pytest

from metya.ops.models import AuditEvent
from metya.wallets import roles
from metya.web.errors import Invalid, NotAllowed
from social.assistant import actions
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair
from social.profiles.models import Profile
from tests import make
from tests.social.assistant.conftest import KEY, style

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db, as_member, settings):
    settings.DEMO = True  # without a second factor
    roles.sync()
    person = make.member("ada", roles=("admin",), is_superuser=True, is_demo=True)
    return person, as_member(person)


def fields(speaker, **more):
    return {
        "on": "on", "endpoint": f"{speaker.origin}/v1", "model": "small", "seconds": 20, "member_requests": 5,
        "member_tokens": 9000, "price_in": 10, "price_out": 30, "most_cost": 500, "votes_needed": 3,
    } | more  # fmt: skip


def test_set_in_the_admin_and_noted(ada, speaker):
    _person, client = ada
    made = client.post("/admin/social/assistantconfig/add/", fields(speaker))
    assert made.status_code == 302, made.content.decode()
    config = AssistantConfig.objects.get()
    assert config.on
    event = AuditEvent.objects.get(verb="assistant.configure")
    assert event.data["model"] == "small"
    page = client.get("/admin/social/assistantconfig/1/change/").content.decode()
    assert "0 of 500" in page
    assert KEY not in page
    assert client.get("/admin/social/assistantconfig/add/").status_code == 403
    changed = client.post("/admin/social/assistantconfig/1/change/", fields(speaker, price_in=11))
    assert changed.status_code == 302
    assert AuditEvent.objects.filter(verb="assistant.configure").latest("pk").data == {"price_in": 11}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"endpoint": "https://evil.example/v1"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"model": ""}, "model"),
        ({"seconds": 1000}, "seconds"),
        ({"member_requests": 0}, "member_requests"),
        ({"price_in": -1}, "price_in"),
    ],
)
def test_what_cannot_be_set(ada, speaker, more, field):
    person, client = ada
    answer = client.post("/admin/social/assistantconfig/add/", fields(speaker, **more))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    with pytest.raises(Invalid) as caught:
        actions.configure(actor=person, **(fields(speaker, **more) | {"on": True}))
    assert caught.value.data["field"] == field
    assert not AssistantConfig.objects.exists()


@pytest.mark.parametrize("role", ["manager", "moderator", ""])
def test_only_administrators_set_it(role, speaker):
    with pytest.raises(NotAllowed):
        actions.configure(actor=make.member(roles=(role,) if role else ()), on=False)


def test_export(ada, writer, config):
    person, client = ada
    Profile.objects.filter(member=writer).update(shares_drafts=True)
    for shared in (True, False):
        pair = DraftPair.objects.create(
            member=writer,
            ask="rewrite",
            text="Own",
            model="m",
            state="ready",
            choice="a",
            shared=shared,
        )
        for side in "ab":
            card = style(person, f"S{side}{shared}")
            DraftHalf.objects.create(pair=pair, side=side, card=card, text=f"Draft {side}", state="done")
    page = client.get("/admin/social/draftpair/").content.decode()
    assert "alice" not in page
    sent = {"action": "export", "_selected_action": list(DraftPair.objects.values_list("pk", flat=True))}
    answer = client.post("/admin/social/draftpair/", sent)
    rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]
    assert [(row["chosen"], row["rejected"]) for row in rows] == [("Draft a", "Draft b")]
    assert AuditEvent.objects.get(verb="assistant.export_pairs").data == {"count": 1}


def test_managers_do_not_export(cole, as_member, writer, config, settings):
    settings.DEMO = True
    roles.sync()
    type(cole).objects.filter(pk=cole.pk).update(is_demo=True)
    client = as_member(cole)
    client.post("/admin/social/draftpair/", {"action": "export", "_selected_action": ["1"]})
    assert not AuditEvent.objects.filter(verb="assistant.export_pairs").exists()
