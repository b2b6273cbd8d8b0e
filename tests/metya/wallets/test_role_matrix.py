"""Every page and every action of the admin, tried with every role: what a role sees and does is written down here.

The addresses and actions are taken from the running site. One that nobody wrote down fails, and so does one that another role
gets into. Whoever may not do a thing is refused, and the refusal writes nothing: the statements that reach the database say so.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from metya.ops.models import AuditEvent
from metya.ops.tasks import housekeeping
from metya.wallets import roles
from metya.wallets.models import Member, Role
from rewards.chain.models import ChainTransaction
from rewards.payouts import holding, simulating
from rewards.reports.models import Export
from rewards.training.models import TrainingPay
from social.appeals import actions as appeals
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair, StyleCard
from social.detection import actions as detectors
from social.detection import looking_on
from social.detection.models import Detector
from social.groups.models import RankingGroup
from social.labels import actions as labels
from social.labels.models import Label
from social.looks import actions as looks
from social.looks.models import Ending
from social.moderation.models import Case, Decision
from social.posts.models import Tag
from social.profiles.models import Profile
from social.ranking.models import ModelVersion
from social.rules.models import Rule
from social.training.models import Round, Switch
from tests import make
from tests.rewards import village

pytestmark = pytest.mark.django_db

ADMIN, AUDITOR, MANAGER, REVIEWER = Role.ADMIN, Role.AUDITOR, Role.MANAGER, Role.REVIEWER
DECIDE = {Role.MODERATOR, Role.SENIOR, ADMIN}
LOOK = {Role.SENIOR, ADMIN}
MONEY = {REVIEWER, MANAGER, AUDITOR, ADMIN}
REPORTS = {MANAGER, AUDITOR, ADMIN}
EXPORTS = {MANAGER, ADMIN}
NOBODY: set[str] = set()
STAFF = set(Role.values)
# Of the rest nothing is written by a form, whoever sends it.
SETS = {Role.SENIOR, ADMIN}
FORMS = {(name, page): SETS for name in ("rule", "detector") for page in ("add", "change")} | {
    ("label", "add"): DECIDE,
    ("label", "change"): DECIDE,
    ("assistantconfig", "add"): NOBODY,  # there is one already
    ("assistantconfig", "change"): {ADMIN},
    ("rankinggroup", "add"): EXPORTS,
    ("rankinggroup", "change"): EXPORTS,
    ("switch", "add"): NOBODY,  # there is one already
    ("switch", "change"): {ADMIN},
}

# The pages beside lists and forms: who opens them, and whose POST is heard.
OWN: dict[str, tuple[set[str], set[str]]] = {
    "queue:index": (DECIDE | {AUDITOR}, NOBODY),
    "queue:card": (DECIDE | {AUDITOR}, NOBODY),
    "queue:decide": (NOBODY, DECIDE),
    "queue:later": (NOBODY, DECIDE),
    "queue:escalate": (NOBODY, DECIDE),
    "queue:note": (NOBODY, DECIDE),
    "queue:undo": (NOBODY, DECIDE),
    "appeals-desk:index": (DECIDE | {AUDITOR}, NOBODY),
    "appeals-desk:card": (DECIDE | {AUDITOR}, NOBODY),
    "appeals-desk:decide": (NOBODY, DECIDE),
    "looks-desk:begin": (LOOK, LOOK),
    "looks-desk:end": (NOBODY, LOOK),
    "reports:dashboard": (REPORTS, NOBODY),
    "reports:family": (REPORTS, NOBODY),
    "reports:month": (REPORTS, NOBODY),
    "reports:machines": (REPORTS, EXPORTS),
    "reports:unmark": (NOBODY, EXPORTS),
    "reports:exports": (REPORTS, EXPORTS),
    "reports:export-rows": (REPORTS, NOBODY),
    "reports:export-cancel": (NOBODY, NOBODY),  # one's own; whoever else asks is refused
    "reports:export-file": (NOBODY, NOBODY),  # only by a link that was signed for its owner
    "reports:schedules": (REPORTS, EXPORTS),
    "reports:schedule-deed": (NOBODY, NOBODY),  # one's own; another's is not there
    "admin:rewards_batch_payouts": (MONEY, NOBODY),
    "admin:rewards_batch_ring": (MONEY, {REVIEWER}),
    "admin:rewards_batch_simulate": (NOBODY, {REVIEWER}),
    "admin:rewards_batch_simulation": (MONEY, NOBODY),
    "admin:rewards_batch_submit": (NOBODY, {REVIEWER}),
    "admin:rewards_batch_approve": (NOBODY, {REVIEWER}),
    "admin:rewards_batch_reject": ({REVIEWER}, {REVIEWER}),
    "admin:rewards_batch_hold": ({REVIEWER}, {REVIEWER}),
    "admin:rewards_batch_decide": ({REVIEWER}, {REVIEWER}),
    "admin:rewards_trainingpay_hold": ({REVIEWER}, {REVIEWER}),
    "admin:rewards_trainingpay_decide": ({REVIEWER}, {REVIEWER}),
    "admin:social_detector_trial": (DECIDE | {AUDITOR}, SETS),
    "admin:index": (STAFF, NOBODY),
}
# Django's own doors, of which none leads to a row: tried, and never written by.
DJANGO = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
    "view_on_site",
    "app_list",
}
ACTIONS = {
    "unsuspend": DECIDE,
    "mute_reporter": DECIDE,
    "hear_reporter": DECIDE,
    "open_case": DECIDE,
    "withdraw": DECIDE,
    "veto": DECIDE,
    "lift": DECIDE,
    "uphold": DECIDE,
    "lift_label": DECIDE,
    "remove": DECIDE,
    "export": {ADMIN},
    "recommend": EXPORTS,
    "unrecommend": EXPORTS,
    "retry": {REVIEWER, ADMIN},
    "run_again": {ADMIN},
    "bring_back": {ADMIN},
}
_CHANGES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(?!\"(django_session|usersessions_usersession)\")", re.I)
NOT_HEARD = (403, 404, 405)


@pytest.fixture
def world(settings, fay, finn, alice, carol, mona):
    """Something behind every address that takes a number; pages are asked for it by their parameters."""
    settings.DEMO = True
    roles.sync()
    five = village.ring(0)
    village.close(0)
    batch = village.batch(0)
    payouts = [village.payout(0, one) for one in five]
    hold = holding.place(actor=fay, payout=payouts[0], reason="Looks odd")
    simulation = simulating.ask(actor=fay, batch=village.batch(0), number=1)
    first, second = (make.report(carol, alice, post=make.post(alice, f"Said {n}")) for n in range(2))
    made = make.decide(mona, second, "warn", applied=False)
    # Due, and waiting for somebody who may bring it about.
    Decision.objects.filter(pk=made.pk).update(effective_at=timezone.now())
    third = make.report(carol, alice, post=make.post(alice, "Said 3"))
    appeal = appeals.appeal(actor=alice, decision=make.decide(mona, third, "warn"), text="It was a joke.")
    lara, label = (
        make.member("lara", roles=("labeller",)),
        Label.objects.create(slug="satire", name="Satire", about="A joke"),
    )
    put = labels.put(actor=lara, post=make.post(alice, "Said 4"), label=label, reason="Not meant so")
    labels.object_to(actor=alice, labelling=put, text="It is.")
    assisted(carol)
    Tag.objects.create(name="ferry")
    sena = make.member("sena", roles=("senior",))
    look = looks.begin(actor=sena, member=carol, reason="A report about replies", session_key="k")
    looks.end(actor=sena, look=look, ending=Ending.ENDED)
    ChainTransaction.objects.create(chain_id=1, kind="submit", state="failed", epoch=0)
    senior = make.member(roles=("senior",))
    detector = detectors.make(actor=senior, kind="words", name="Coins", rule=Rule.objects.get(key="spam"))
    Detector.objects.update(params={"phrases": ["coins"]}, active=True)
    assert looking_on.look_at(make.post(alice, "Coins for all").pk) == 1
    housekeeping.enqueue()
    version = ModelVersion.objects.create(number=1, weights="{}", features_version="x")
    learned = Round.objects.create(number=1, state="done", finished_at=timezone.now(), pool=9, parent=version)
    Switch.objects.create(pk=1)
    RankingGroup.objects.create(key="long-reads", name="Long reads", about="Long")
    pay = TrainingPay.objects.create(
        round=learned, member=carol, number=0, grains=5, held_until_round=2, held_until=timezone.now()
    )
    export = Export.objects.create(asked_by=fay, name="posts", format="xlsx")
    return {
        "social_detector_trial": {"pk": detector.pk},
        "rewards_batch": {"pk": batch.pk, "number": 1},
        "rewards_batch_hold": {"pk": payouts[1].pk},
        "rewards_batch_decide": {"pk": hold.pk},
        "rewards_batch_simulation": {"pk": simulation.pk},
        "rewards_trainingpay_hold": {"pk": pay.pk},
        "rewards_trainingpay_decide": {"pk": pay.pk},
        "queue": {"pk": first.case_id},
        "queue:undo": {"pk": made.pk},
        "appeals-desk": {"pk": appeal.pk},
        "looks-desk": {"pk": alice.pk},
        "reports:family": {"name": "growth"},
        "reports:month": {"year": 2026, "number": 1},
        "reports:unmark": {"member": alice.pk},
        "reports:export-cancel": {"pk": export.pk},
        "reports:schedule-deed": {"pk": 1, "what": "pause"},
        "reports:export-file": {"signed": "none"},
    }


def assisted(member: Member) -> None:
    """The drafting assistant: set, with a style, and a comparison that its author shares."""
    AssistantConfig.objects.create(pk=1)
    card = StyleCard.objects.create(author=member, name="Terse", instruction="Short")
    pair = DraftPair.objects.create(
        member=member, ask="rewrite", text="x", model="m", state="ready", choice="a", shared=True
    )
    for side in "ab":
        DraftHalf.objects.create(pair=pair, side=side, card=card, text="x", state="done")
    Profile.objects.filter(member=member).update(shares_drafts=True)


def addresses() -> Iterator[tuple[str, str]]:
    """(name, route) of everything below /admin/; the name with its namespace, or empty."""

    def walk(patterns, before, space) -> Iterator[tuple[str, str]]:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route, one.namespace or space)
            elif isinstance(one, URLPattern) and route.startswith("admin/"):
                yield f"{space}:{one.name}" if one.name else "", route

    yield from walk(get_resolver().url_patterns, "", "")


def form_of(name: str) -> tuple[type | None, str]:
    """(model, page) of a list or form that Django makes; (None, "") of any other."""
    for model in admin.site._registry:
        found = re.fullmatch(rf"admin:{model._meta.app_label}_{model._meta.model_name}_(\w+)", name)
        if found and found[1] in ("changelist", "add", "history", "delete", "change"):
            return model, found[1]
    return None, ""


def address(name: str, world: dict) -> str:
    """With the numbers of the world."""
    model, page = form_of(name)
    if model is not None:
        row = model._default_manager.first()
        return reverse(name, args=[] if page in ("changelist", "add") else [row.pk if row else 1])
    if name == "admin:app_list":
        return reverse(name, args=["social"])
    if name == "admin:view_on_site":
        return reverse(name, args=[1, 1])
    route = dict(addresses())[name]
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
    for key in (name, name.removeprefix("admin:"), name.split(":")[0], "rewards_batch"):
        if wanted and set(wanted) <= set(world.get(key, {})):
            return reverse(name, kwargs={part: world[key][part] for part in wanted})
    return reverse(name)


def expected(name: str, role: str) -> tuple[bool, bool]:
    """Whether the role opens the page, and whether its POST is heard."""
    model, page = form_of(name)
    if model is not None:
        view = f"{model._meta.app_label}.view_{model._meta.model_name}"
        sees = role == ADMIN or view in roles.wanted()[role]
        if page == "history" and not model._default_manager.exists():
            sees = True  # sent back to the start, as everybody is
        writes = role in FORMS.get((model._meta.model_name, page), NOBODY)
        return {"add": writes, "delete": False}.get(page, sees), writes
    opens, heard = OWN[name]
    return role in opens, role in heard


def writes(captured: CaptureQueriesContext) -> list[str]:
    """What reached the tables, but for sessions."""
    changing = re.compile(
        r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(?!\"(django_session|usersessions_usersession)\")", re.IGNORECASE
    )
    return [one["sql"][:200] for one in captured.captured_queries if changing.match(one["sql"])]


def staff(role: str) -> tuple[Member, Client]:
    person = make.member(f"the{role}", roles=(role,), is_demo=True, is_superuser=role == ADMIN)
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return person, client


NAMES = sorted({name for name, _route in addresses() if name})


# What is tried.
PAGES = [name for name in NAMES if name.removeprefix("admin:") not in DJANGO]


def test_every_address_is_written_down():
    known = {name for name in NAMES if form_of(name)[0] is not None or name.removeprefix("admin:") in DJANGO}
    assert set(NAMES) - known == set(OWN)


@pytest.mark.parametrize("role", Role.values)
def test_a_role_opens_what_is_its_own_and_writes_no_more(role, world):
    person, client = staff(role)
    wrong = [*_opened(role, client, world), *_offered(role, person, client)]
    assert not wrong, "\n".join(wrong)
    assert not AuditEvent.objects.filter(actor=person).exists()
    # An empty form of whoever may: an error in words or a step on, and never a refusal of the role.
    mine = [name for name in PAGES if expected(name, role)[1]]
    answers = {name: client.post(address(name, world)).status_code for name in mine}
    assert not {name: code for name, code in answers.items() if code in NOT_HEARD or code >= 500}


def _opened(role: str, client: Client, world: dict) -> Iterator[str]:
    for name in PAGES:
        url, (opens, heard) = address(name, world), expected(name, role)
        with CaptureQueriesContext(connection) as reading:
            got = client.get(url).status_code
        if opens != (got < 400) or got >= 500:
            yield f"GET {name}: {got}"
        if role not in DECIDE:  # moderators take a case in hand by looking at it
            yield from (f"GET {name}: {one}" for one in writes(reading))
        if heard:
            continue
        with CaptureQueriesContext(connection) as sending:
            got = client.post(url, {"action": "", "_selected_action": "1"}).status_code
        if got not in NOT_HEARD and not (opens and got < 500):
            yield f"POST {name}: {got}"
        yield from (f"POST {name}: {one}" for one in writes(sending))


def _offered(role: str, person: Member, client: Client) -> Iterator[str]:
    """Actions of lists that are offered to whom they are not for, or the other way, or heard though they were not offered."""
    request = RequestFactory().get("/")
    request.user = person
    for model, page in admin.site._registry.items():
        where = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        row = model._default_manager.first()
        for action in page.actions or ():
            name = action if isinstance(action, str) else action.__name__
            offered = name in page.get_actions(request)
            if offered != (role in ACTIONS[name]):
                yield f"{name} of {model.__name__} is {'' if offered else 'not '}offered"
            if not offered:
                with CaptureQueriesContext(connection) as asked:
                    client.post(where, {"action": name, "_selected_action": [row.pk if row else 1]})
                yield from (f"{name}: {one}" for one in writes(asked))


@pytest.mark.parametrize("who", [None, "member"])
def test_who_is_no_staff_gets_into_nothing(who, world, bob):
    client = Client()
    if who:
        client.force_login(bob)
    wrong = []
    for name in PAGES:
        for method in (client.get, client.post):
            with CaptureQueriesContext(connection) as asked:
                answer = method(address(name, world))
            door = any(part in answer.get("Location", "") for part in ("/admin/login/", "/sign-in/"))
            if not door and answer.status_code not in NOT_HEARD:
                wrong.append(f"{name}: {answer.status_code}")
            wrong += writes(asked)
    assert not wrong, "\n".join(wrong)


def test_an_auditor_sees_whatever_there_is_and_does_nothing():
    wanted = roles.wanted()
    tables = {f"{one._meta.app_label}.view_{one._meta.model_name}" for one in admin.site._registry}
    assert tables <= wanted[AUDITOR]
    assert {name for name in wanted[AUDITOR] if ".view_" not in name} == {"rewards.read_reports"}
    assert all(AUDITOR not in heard for _opens, heard in OWN.values())
    assert not roles.missing()
    assert wanted[Role.LABELLER] == set()


def test_the_world_is_what_the_pages_are_about(world):
    """Where an address has nothing behind it, its refusal would prove nothing."""
    assert Case.objects.open().exists() and Decision.objects.exists() and DBTaskResult.objects.exists()
    empty = {model.__name__ for model in admin.site._registry if not model._default_manager.exists()}
    assert empty <= {"ChainLog", "Deployment", "LinkPreview", "TagVeto", "LedgerCheck", "Seed"}
