"""What training makes of groups, and what the public pages say of them."""

import json

import pytest
from django.utils import timezone

from social.groups import actions
from social.ranking.maths.features import PLACE
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, Steering
from social.training import running
from social.training.models import Round
from tests import make
from tests.social.training import village

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def records(settings, tmp_path):
    """A folder of one's own."""
    settings.TRAINING_DIR = tmp_path / "training"
    return settings.TRAINING_DIR


@pytest.fixture(autouse=True)
def _same_lot(monkeypatch):
    village.same_lot(monkeypatch)


def turned():
    """A taste that is the other way round in two things."""
    likes = village.taste()
    likes[PLACE["length"]] += 2.5
    likes[PLACE["has_picture"]] -= 2.5
    return likes


def train(group=30, others=30, key="long-reads"):
    """A round of a minority that wants other things and the rest; who is in the group."""
    minority, rest = village.people(group), village.people(others)
    village.ask(minority, 30, likes=turned())
    village.ask(rest, 30)
    village.join(minority, key)
    return minority, running.train()


def test_a_joined_group_gets_its_own_correction_and_the_page_says_its_name(client, group):
    _minority, one = train()
    assert one.state == "done"
    weights = Weights.from_json(one.challenger.weights)
    own = weights.offsets["long-reads"]
    assert own[PLACE["length"]] > 0.3 and own[PLACE["has_picture"]] < -0.3
    pages = client.get("/ranking/").content.decode() + client.get("/ranking/1/").content.decode()
    assert "Long reads" in pages and ">long-reads<" not in pages and "villager" not in pages


def test_served_how_well_is_told_by_name_from_fifty_who_measure_on(client, group):
    ModelVersion.objects.create(number=1, state="champion", weights=Weights.start().to_json(), features_version="x")
    score = {
        "members": 60,
        "pairs": 1,
        "loss_before": 1,
        "loss_after": 1,
        "accuracy_before": 0.5,
        "accuracy_after": 0.6,
    }
    groups = [score | {"name": "long-reads"}, score | {"name": "gone-key"}, score | {"name": ""}]
    Round.objects.create(
        number=1,
        state="done",
        finished_at=timezone.now(),
        verdict={"groups": groups, "total": score | {"name": ""}, "validators": 120, "answers": 200},
    )
    for path in ("/ranking/", "/ranking/1/"):
        page = client.get(path).content.decode()
        assert "Long reads</th>" in page and "gone-key</th>" in page and "everybody else" in page
        assert "long-reads" not in page


def test_the_admin_says_names(client, group, settings):
    settings.DEMO = True
    train(30, 30)
    client.force_login(make.member(roles=("admin",), is_superuser=True, is_demo=True))
    version = ModelVersion.objects.latest("number")
    page = client.get(f"/admin/social/modelversion/{version.pk}/change/").content.decode()
    assert "(Long reads)" in page and "(long-reads)" not in page


def test_nine_who_train_get_no_correction(group):
    _minority, one = train(9, 40)
    assert Weights.from_json(one.challenger.weights).offsets == {}


def test_the_public_record_names_no_member_and_says_the_group_by_its_key(group, records):
    train()
    said = json.loads((records / "1" / "round.json").read_text())
    assert said["groups"] == ["long-reads"]
    assert "villager" not in "".join(path.read_text() for path in (records / "1").iterdir())


def test_who_trains_and_changes_their_group_brings_a_new_round_and_nobody_else_does(group):
    minority, one = train()
    Round.objects.filter(pk=one.pk).update(challenger=None)  # as if it had been refused
    ModelVersion.objects.filter(state="champion").exclude(pk=one.parent_id).update(state="retired")
    ModelVersion.objects.filter(pk=one.parent_id).update(state="champion")
    assert running.unchanged()
    actions.join(actor=make.member(), group=group)  # allows nothing
    assert running.unchanged()
    actions.leave(actor=minority[0])
    assert not running.unchanged()
    Steering.objects.update(group_changed_at=None)
    assert running.unchanged()


def test_who_left_trains_on_for_everybody(group, records):
    minority, _one = train()
    for member in minority:
        actions.leave(actor=member)
    running.train(fresh=True)
    assert json.loads((records / "2" / "round.json").read_text())["groups"] == []
