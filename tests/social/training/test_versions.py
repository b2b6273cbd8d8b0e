"""Bringing a version back, and the switch: administrators alone, with a reason."""

import pytest
from django.utils import timezone

from metya.ops import waiting
from metya.ops.models import AuditEvent
from metya.web.errors import ActionError, Invalid, NotAllowed
from social.ranking.maths.features import FEATURES_VERSION
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, State
from social.training import versions
from social.training.models import Mode, Round, Switch
from tests import make

pytestmark = pytest.mark.django_db


def version(number, state, **fields):
    known = {"weights": Weights.start().to_json(), "features_version": FEATURES_VERSION, "promoted_at": timezone.now()}
    return ModelVersion.objects.create(number=number, state=state, **{**known, **fields})


@pytest.fixture(autouse=True)
def _demo(settings):
    """The cast opens the admin without a second factor."""
    settings.DEMO = True


@pytest.fixture
def ada(db):
    return make.member("ada", roles=("admin",))


@pytest.fixture
def two(db):
    return version(1, State.RETIRED, retired_at=timezone.now()), version(2, State.CHAMPION)


def test_an_administrator_brings_a_version_back_and_training_promotes_nothing_then(ada, two):
    first, second = two
    versions.roll_back(actor=ada, version=first, reason="The second one showed no replies.")
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, first.retired_at) == (State.CHAMPION, None)
    assert second.state == State.RETIRED and second.retired_at
    assert versions.mode() == Mode.PINNED and Switch.objects.get().set_by == ada
    event = AuditEvent.objects.get(verb="training.rolled_back")
    assert event.actor == ada and event.data["before"] == 2 and event.data["reason"].startswith("The second")


@pytest.mark.parametrize("role", ["manager", "moderator", "senior", "reviewer", "auditor", None])
def test_nobody_else_steers(role, two):
    person = make.member("somebody", roles=(role,) if role else ())
    with pytest.raises(NotAllowed):
        versions.roll_back(actor=person, version=two[0], reason="Because")
    with pytest.raises(NotAllowed):
        versions.set_mode(actor=person, mode=Mode.STOPPED, reason="Because")
    assert ModelVersion.objects.get(state=State.CHAMPION) == two[1] and not Switch.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": State.REJECTED, "promoted_at": None}, "never-used"),
        ({"state": State.RETIRED, "weights": "{cut"}, "unreadable"),
        ({"state": State.RETIRED, "weights": Weights.start().to_json().replace("recency", "novelty")}, "unreadable"),
    ],
)
def test_what_cannot_be_used_does_not_come_back(ada, two, fields, code):
    other = version(3, **fields)
    with pytest.raises(ActionError) as refused:
        versions.roll_back(actor=ada, version=other, reason="Try")
    assert refused.value.code == code
    assert ModelVersion.objects.get(state=State.CHAMPION) == two[1]


def test_the_one_in_use_is_in_use_already_and_a_reason_is_needed(ada, two):
    with pytest.raises(ActionError) as refused:
        versions.roll_back(actor=ada, version=two[1], reason="Again")
    assert refused.value.code == "in-use"
    with pytest.raises(Invalid):
        versions.roll_back(actor=ada, version=two[0], reason="  ")
    with pytest.raises(Invalid):
        versions.set_mode(actor=ada, mode=Mode.STOPPED, reason="")
    with pytest.raises(Invalid):
        versions.set_mode(actor=ada, mode="sideways", reason="Why not")
    assert versions.mode() == Mode.ON


def test_in_the_admin_one_tick_and_a_reason(ada, two, as_member):
    client = as_member(staff(ada))
    where = "/admin/social/modelversion/"
    chosen = {"action": "bring_back", "_selected_action": [two[0].pk]}
    assert "Bring this version back" in client.post(where, chosen).content.decode()
    client.post(where, chosen | {"apply": "1", "reason": "It hid replies"})
    assert ModelVersion.objects.get(state=State.CHAMPION) == two[0]
    page = client.get(f"{where}{two[0].pk}/change/").content.decode()
    assert "in use" in page


def staff(person):
    person.is_superuser = person.is_demo = True
    person.save()
    return person


def test_the_switch_is_made_and_changed_in_the_admin(ada, as_member):
    client, numbers = as_member(staff(ada)), {"vote_days": 3, "vote_least": 10}
    assert client.get("/admin/social/switch/")["Location"] == "/admin/social/switch/add/"
    form = client.get("/admin/social/switch/add/").content.decode()
    assert "Choose what training does, with a reason." in form and "_addanother" not in form
    answer = client.post("/admin/social/switch/add/", {"mode": "stopped", "reason": "Looking into it", **numbers})
    assert answer.status_code == 302 and versions.mode() == Mode.STOPPED
    assert client.get("/admin/social/switch/add/").status_code == 403, "there is one row"
    assert client.get("/admin/social/switch/")["Location"] == "/admin/social/switch/1/change/"
    assert client.post("/admin/social/switch/1/change/", {"mode": "on", "reason": "", **numbers}).status_code == 200
    assert versions.mode() == Mode.STOPPED
    client.post(
        "/admin/social/switch/1/change/", {"mode": "vote", "reason": "Everybody decides", **numbers, "vote_days": 15}
    )
    assert versions.mode() == Mode.STOPPED, "no vote takes fifteen days"
    client.post(
        "/admin/social/switch/1/change/", {"mode": "vote", "reason": "Everybody decides", **numbers, "vote_days": 5}
    )
    assert versions.mode() == Mode.VOTE and versions.ballot() == (5, 10)
    assert AuditEvent.objects.filter(verb="training.switched").count() == 2


def test_managers_look_and_change_nothing(cole, two, as_member):
    cole.is_demo = True
    cole.save()
    client = as_member(cole)
    assert client.get("/admin/social/modelversion/").status_code == 200
    assert client.get("/admin/social/round/").status_code == 200
    assert client.get("/admin/social/switch/").status_code == 200, "nothing is there to be looked at yet"
    client.post(
        "/admin/social/modelversion/",
        {"action": "bring_back", "_selected_action": [two[0].pk], "apply": "1", "reason": "Mine"},
    )
    assert ModelVersion.objects.get(state=State.CHAMPION) == two[1]
    assert client.post("/admin/social/switch/add/", {"mode": "stopped", "reason": "Mine"}).status_code == 403


def test_a_failed_round_and_a_captured_one_wait_for_administrators(ada, cole):
    assert not list(waiting.waiting_for(ada))
    Round.objects.create(number=1, state="failed", error="silent", finished_at=timezone.now())
    assert [line.text for line in waiting.waiting_for(ada)] == ["Round 1 of training failed"]
    assert not list(waiting.waiting_for(cole))
    Round.objects.create(number=2, state="done", finished_at=timezone.now(), verdict={"capture": {"alarm": True}})
    assert "unlike everybody else" in waiting.waiting_for(ada)[0].text
    Round.objects.create(number=3, state="done", finished_at=timezone.now())
    assert not list(waiting.waiting_for(ada))
