"""Rules: worded anew without losing a word, by those who may, and read by everyone."""

import pytest
from django.db.models import ProtectedError

from metya.ops.models import AuditEvent
from metya.wallets import roles
from metya.web.errors import Invalid, NotAllowed
from social.rules import actions, reads
from social.rules.models import Rule, RuleVersion
from social.rules.seeds import SEEDS, ensure
from tests import make

pytestmark = pytest.mark.django_db
ADMIN = "/admin/social/rule/"
FIELDS = {"title": "No noise", "text": "Be quiet after ten.", "queue": "spam", "ground": "terms", "position": "5"}


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",), is_demo=True)


@pytest.fixture
def _open_door(settings):
    settings.DEMO = True
    roles.sync()


def test_a_community_begins_with_rules_and_keeps_its_own():
    assert [one.rule.key for one in reads.in_force()] == [seed.key for seed in SEEDS]
    Rule.objects.filter(key="spam").update(position=1)
    ensure()
    assert Rule.objects.count() == len(SEEDS) and reads.in_force()[0].rule.key == "spam"


def test_a_new_wording_is_a_new_version_and_the_old_one_stays(sena):
    rule = Rule.objects.get(key="spam")
    old = rule.version
    same = {"title": old.said_title, "text": old.said_text, "queue": "spam"}
    actions.write(actor=sena, rule=rule, **same, position=1)
    assert rule.version == old and reads.in_force()[0].rule.position == 1
    actions.write(actor=sena, rule=rule, **same | {"title": "No ads"})
    assert (rule.version.number, rule.version.title, rule.version.made_by) == (2, "No ads", sena)
    old.refresh_from_db()
    assert old.title == "No spam"
    assert list(AuditEvent.objects.filter(verb="rules.write").values_list("data__version", flat=True)) == [1, 2]


def test_what_is_switched_off_is_not_shown_and_nothing_is_deleted(sena, client):
    rule = Rule.objects.get(key="spam")
    words = {"title": rule.version.title, "text": rule.version.text}
    assert "No spam" in client.get("/rules/").content.decode()
    actions.write(actor=sena, rule=rule, **words, active=False)
    assert "No spam" not in client.get("/rules/").content.decode()
    with pytest.raises(ProtectedError):
        rule.delete()
    Rule.objects.update(active=False)
    assert "no written rules" in client.get("/rules/").content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"text": ""}, "text"),
        ({"queue": "later"}, "queue"),
        ({"ground": "mood"}, "ground"),
        ({"key": "spam"}, "key"),
    ],
)
def test_bad_rules_are_refused(sena, fields, field):
    with pytest.raises(Invalid) as caught:
        actions.write(actor=sena, **{"key": "noise", "title": "No noise", "text": "Be quiet."} | fields)
    assert caught.value.data == {"field": field} and not Rule.objects.filter(key="noise").exists()


def test_others_do_not_word_rules(mona, fay, cole, alice):
    for person in (mona, fay, cole, alice, make.member("audi", roles=("auditor",))):
        with pytest.raises(NotAllowed):
            actions.write(actor=person, key="noise", title="No noise", text="Be quiet.")


def test_the_rules_are_public_and_say_their_version(client):
    page = client.get("/rules/").content.decode()
    assert 'id="harassment"' in page and "Version 1" in page
    assert client.post("/rules/").status_code == 405
    german = client.get("/rules/", headers={"Accept-Language": "de"}).content.decode()
    assert "Kein Spam" in german and "No spam" not in german


@pytest.mark.usefixtures("_open_door")
def test_rules_are_worded_in_the_admin(sena, as_member):
    staff = as_member(sena)
    page = staff.post(f"{ADMIN}add/", FIELDS | {"key": "noise", "active": "on", "text": ""})
    assert "No noise" in page.content.decode() and not Rule.objects.filter(key="noise").exists()
    wordings = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    assert staff.post(f"{ADMIN}add/", FIELDS | wordings | {"key": "noise", "active": "on"}).status_code == 302
    rule = Rule.objects.get(key="noise")
    page = staff.get(f"{ADMIN}{rule.pk}/change/").content.decode()
    assert (
        "Be quiet after ten." in page and "versions-__prefix__" not in page
    )  # wordings are shown, and not to be written
    changed = FIELDS | wordings | {"title": "Quiet"}
    assert staff.post(f"{ADMIN}{rule.pk}/change/", changed).status_code == 302
    rule.refresh_from_db()
    assert (rule.key, rule.active, rule.version.title, rule.version.number) == ("noise", False, "Quiet", 2)
    assert RuleVersion.objects.filter(rule=rule).count() == 2
    assert staff.post(f"{ADMIN}{rule.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.usefixtures("_open_door")
@pytest.mark.parametrize("role", ["moderator", "manager", "auditor"])
def test_those_who_look_change_nothing(role, as_member):
    staff = as_member(make.member("looker", roles=(role,), is_demo=True))
    rule = Rule.objects.get(key="spam")
    assert staff.get(f"{ADMIN}add/").status_code == 403
    page = staff.get(f"{ADMIN}{rule.pk}/change/")
    assert page.status_code == 200 and "No spam" in page.content.decode()
    assert staff.post(f"{ADMIN}{rule.pk}/change/", FIELDS | {"active": "on"}).status_code == 403
    assert rule.version.number == 1
