"""The public log: what stands in it, that it is one chain however many write, and that nobody changes it unseen."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from social.leaving import erasing, own
from social.moderation import actions as moderation
from social.moderation import decisions, publishing
from social.moderation.models import Case, Decision
from social.rules import actions as rules
from social.rules.models import Rule
from social.transparency import chain, checking, log
from social.transparency.chain import Head
from social.transparency.models import Kind, LogEntry, LogHead, LogName, monday, public_until
from tests import make
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db
LIFT = {"moderator": "system", "decision": "suspend"}
APPEAL = {
    "moderator": "system", "entry": 2, "rule": "spam", "rule_version": 1, "decision": "remove", "outcome": "overturned",
    "minutes": 90, "in_time": True,
}  # fmt: skip


def append(**fields):
    with transaction.atomic():
        return log.append(**{"kind": Kind.LIFT, "at": timezone.now(), "body": LIFT} | fields)


def said(entry):
    return json.loads(entry.body)


def tamper(statement, *values):
    """As somebody would who has the database in their hands: past the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE social_logentry DISABLE TRIGGER USER")
        else:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS social_logentry_no_{verb}")
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE social_logentry ENABLE TRIGGER USER")


def by_hand(texts):
    """The check as the help describes it, written anew: whoever reads that can do the same."""
    before = "0" * 64
    for place, text in enumerate(texts, 1):
        one = json.loads(text)
        five = "\n".join([str(one["number"]), one["week"], one["kind"], one["body"], one["previous"]])
        good = one["number"] == place and one["previous"] == before
        if not good or hashlib.sha256(five.encode("utf-8")).hexdigest() != one["hash"]:
            return place
        before = one["hash"]
    return before


# --- what stands in it -------------------------------------------------------------------------------------------------


def test_a_decision_is_told_when_it_has_its_effects_and_not_before(alice, bob, carol, mona):
    report = make.report(carol, alice, post=make.post(alice, "Buy now"))
    make.report(bob, alice, post=report.post)
    Case.objects.update(opened_at=timezone.now() - timedelta(minutes=61))
    made = make.decide(mona, report, "limit", facts="Names alice", days=7, applied=False)
    assert not LogEntry.objects.exists()
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    first, entry = LogEntry.objects.order_by("pk")
    assert said(first) | {"salt": ""} == {"format": "metya-log-1", "site": settings.SITE_DOMAIN, "salt": ""}
    body = said(entry)
    assert len(body.pop("salt")) == 32 and body == {
        "moderator": LogName.objects.get(member=mona).name, "subject": "post", "queue": "spam", "source": "reports",
        "rule": "spam", "rule_version": 1, "ground": "terms", "decision": "limit", "days": 7, "minutes": 75, "in_time": True,
        "reports": 2, "automated_detection": False, "automated_decision": False,
    }  # fmt: skip
    assert entry.week == monday(made.made_at.date()) and log.number_of(Kind.DECISION, publishing.ref(made)) == 2
    assert checking.database().wrong == ""


def test_nothing_in_it_leads_to_a_member(alice, carol, mona):
    """No handle, no text, no id, no hour; the name of the moderator is drawn by lot."""
    post = make.post(alice, "Buy now", pk=987_654_321)
    make.decide(mona, make.report(carol, alice, post=post, note="it is spam"), "remove", facts="He wrote Buy now")
    text = LogEntry.objects.get(kind=Kind.DECISION).line.as_json()
    for secret in ("alice", "carol", "mona", "Buy", "987654321", ":00", "it is"):
        assert secret not in text
    assert log.name_of(mona) == log.name_of(mona) != log.name_of(alice)


def test_what_was_taken_back_is_not_told(alice, carol, mona):
    made = make.decide(mona, make.report(carol, alice), "warn", applied=False)
    decisions.undo(actor=mona, decision=made)
    decisions.apply_due()
    assert not LogEntry.objects.exists()


def test_an_approval_names_the_rule_under_which_it_was_reported(alice, carol, mona):
    make.decide(mona, make.report(carol, alice, rule="scam"))
    body = said(LogEntry.objects.latest("pk"))
    assert (body["rule"], body["decision"], body["ground"], body["days"]) == ("scam", "approve", "", None)


def test_an_effect_that_fails_is_not_told(alice, carol, mona, monkeypatch):
    made = make.decide(mona, make.report(carol, alice), "warn", applied=False)
    Decision.objects.update(effective_at=timezone.now())
    monkeypatch.setattr(decisions, "publishing", None)
    assert decisions.apply_due() == 0 and not LogEntry.objects.exists()
    made.refresh_from_db()
    assert made.applied_at is None


def test_what_moderators_come_upon_and_end_early_is_told(alice, mona):
    make.suspend(mona, alice)
    moderation.unsuspend(actor=mona, member=alice, reason="A mistake")
    _first, suspended, lifted = map(said, LogEntry.objects.order_by("pk"))
    assert (suspended["decision"], suspended["days"], suspended["source"]) == ("suspend", 7, "moderator")
    assert (suspended["reports"], suspended["rule"], lifted["decision"]) == (0, "spam", "suspend")
    assert checking.database().wrong == ""


def test_a_rule_is_told_when_it_changes(db):
    sena = make.member("sena", roles=("senior",))
    rule = Rule.objects.get(key="spam")
    same = {"title": "No spam at all", "text": "None.", "queue": "spam", "ground": "terms"}
    rules.write(actor=sena, rule=rule, **same)
    rules.write(actor=sena, rule=rule, **same, position=3)
    rules.write(actor=sena, rule=rule, **same, active=False)
    _first, worded, off = map(said, LogEntry.objects.order_by("pk"))
    assert worded["wording"] == hashlib.sha256(b"No spam at all\nNone.").hexdigest() == off["wording"]
    assert [(one["rule_version"], one["active"]) for one in (worded, off)] == [(2, True), (2, False)]


def test_others_can_tell_of_appeals():
    append(kind=Kind.APPEAL, body=APPEAL, ref="appeal:1")
    entry = LogEntry.objects.get(kind=Kind.APPEAL)
    assert (entry.rule, entry.decision, entry.outcome, entry.minutes, entry.in_time) == (
        "spam",
        "remove",
        "overturned",
        90,
        True,
    )
    assert log.number_of(Kind.APPEAL, "appeal:1") == entry.number and log.number_of(Kind.APPEAL, "appeal:2") == 0


@pytest.mark.parametrize(
    "change",
    [
        {"moderator": "mona"}, {"rule": "a rule with words"}, {"rule": "@alice"}, {"entry": -1}, {"entry": True},
        {"outcome": "won"}, {"minutes": "90"}, {"in_time": 1}, {"member": "alice"}, {"decision": "ban"},
    ],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(change):
    with pytest.raises(ValueError, match="appeal"):
        append(kind=Kind.APPEAL, body=APPEAL | change)
    with pytest.raises(ValueError, match="keys"):
        append(kind=Kind.APPEAL, body={name: v for name, v in APPEAL.items() if name != "rule"})
    for kind in ("genesis", "rumour"):
        with pytest.raises(ValueError, match="knows no kind"):
            append(kind=kind)
    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_written_only_within_the_transaction_of_the_deed():
    with pytest.raises(RuntimeError):
        log.append(kind=Kind.LIFT, at=timezone.now(), body=LIFT)


def test_a_deed_is_told_once():
    append(ref="lift:1")
    with pytest.raises(IntegrityError):
        append(ref="lift:1")
    append(ref="lift:2")
    assert checking.database().count == 3


@pytest.mark.parametrize(("minutes", "told"), [(0, 5), (5, 5), (6, 10), (60, 60), (61, 75), (1440, 1440), (1441, 1500)])
def test_times_are_told_coarsely(minutes, told):
    assert log.coarse(minutes) == told


def test_a_week_is_public_a_day_after_it_ended_and_weeks_never_go_back():
    assert public_until(date(2026, 11, 30)) == date(2026, 11, 16)  # Monday
    assert public_until(date(2026, 12, 1)) == date(2026, 11, 23) == public_until(date(2026, 12, 7))
    append(at=datetime(2026, 11, 29, 23, 59, tzinfo=UTC))
    append(at=datetime(2026, 11, 1, tzinfo=UTC))
    assert set(LogEntry.objects.values_list("week", flat=True)) == {date(2026, 11, 23)}


def test_a_moderator_who_leaves_takes_the_name_along_and_the_log_stays(alice, carol, mona):
    make.decide(mona, make.report(carol, alice), "warn")
    name = log.name_of(mona)
    assert any(section.name == "log-name" for section in own.sections(mona))
    while erasing.erase(mona, 50):
        pass
    assert not LogName.objects.exists() and name in LogEntry.objects.latest("pk").body
    assert checking.database().wrong == ""


# --- that it is one chain ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ten_who_append_at_once_make_one_chain():
    """Also of the very first entry there is one."""
    found = at_once([append] * 10)
    assert sorted(entry.number for entry in found) == list(range(2, 12))
    assert checking.database() == chain.Checked(11, LogHead.objects.get().hash)


@pytest.mark.django_db(transaction=True)
def test_decisions_that_come_into_effect_at_once_make_one_chain(alice, carol):
    for _number in range(6):
        moderator = make.member(roles=("moderator",))
        make.decide(moderator, make.report(carol, alice, post=make.post(alice)), "remove", applied=False)
    Decision.objects.update(effective_at=timezone.now())
    assert sum(at_once([decisions.apply_due] * 4)) == 6
    assert checking.database() == chain.Checked(7, LogHead.objects.get().hash)
    assert LogEntry.objects.decisions().values("ref").distinct().count() == 6


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_gap():
    append()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.append(kind=Kind.LIFT, at=timezone.now(), body=LIFT)
        raise ZeroDivisionError
    assert append().number == 3 and checking.database().wrong == ""


# --- that nobody changes it unseen ------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete_an_entry():
    entry = append()
    for deed in (lambda: LogEntry.objects.update(body="{}"), LogEntry.objects.all().delete, entry.save, entry.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    assert checking.database().wrong == ""


TAMPERED = {
    "changed": ("UPDATE social_logentry SET body = '{}' WHERE number = 3", "entry 3 was changed"),
    "another week": ("UPDATE social_logentry SET week = '2020-01-06' WHERE number = 3", "entry 3 was changed"),
    "deleted": ("DELETE FROM social_logentry WHERE number = 3", "entry 3 is missing"),
    "the first deleted": ("DELETE FROM social_logentry WHERE number = 1", "entry 1 is missing"),
    "cut off": ("DELETE FROM social_logentry WHERE number = 5", "entry 5 was noted, and is missing"),
    "emptied": ("DELETE FROM social_logentry", "entry 5 was noted, and is missing"),
    "counted otherwise": (
        "UPDATE social_logentry SET decision = 'warn' WHERE number = 4",
        "entry 4 is counted otherwise",
    ),
    "told in time": ("UPDATE social_logentry SET in_time = TRUE WHERE number = 4", "entry 4 is counted otherwise"),
}


@pytest.mark.parametrize(("statement", "wrong"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found_and_named(statement, wrong):
    for _number in range(4):
        append()
    tamper(statement)
    assert checking.database().wrong.startswith(wrong)
    with pytest.raises(CommandError, match=wrong) as refused:
        call_command("verify_log")
    assert refused.value.returncode == 1


def test_entries_that_changed_places_and_one_that_was_slipped_in_are_found():
    for _number in range(4):
        append()
    for old, new in ((3, 90), (4, 3), (90, 4)):
        tamper("UPDATE social_logentry SET number = %s WHERE number = %s", new, old)
    assert checking.database().wrong == "entry 3 does not follow the one before it"
    tamper("UPDATE social_logentry SET number = number + 1000 WHERE number >= 3")
    tamper("UPDATE social_logentry SET number = number - 999 WHERE number >= 1000")
    assert checking.database().wrong == "entry 3 is missing, or out of its place: 4 stands there"


def test_what_is_cut_off_with_its_noted_end_or_added_past_it_is_found():
    for _one in range(3):
        append()
    assert not checking.database().wrong
    last = LogEntry.objects.latest("number")
    line = log.chain.digest(5, last.week.isoformat(), last.kind, last.body, last.hash)
    LogEntry.objects.create(
        number=5, week=last.week, kind=last.kind, body=last.body, previous=last.hash, hash=line, decision="suspend"
    )
    assert "noted as 4" in checking.database().wrong
    tamper("DELETE FROM social_logentry WHERE number > 2")
    LogHead.objects.all().delete()
    assert "not noted" in checking.database().wrong


def test_a_log_that_was_written_anew_from_some_entry_on_is_found_by_who_noted_an_end():
    """The whole rest rehashed, the end too: only a hash that somebody noted tells it."""
    for _number in range(4):
        append()
    noted = LogEntry.objects.get(number=4)
    lines, before = [entry.line for entry in LogEntry.objects.order_by("number")], chain.FIRST
    forged = []
    for line in lines:
        body = chain.canonical({"decision": "warn"}) if line.number == 3 else line.body
        made = chain.digest(line.number, line.week, line.kind, body, before)
        forged.append(chain.Line(line.number, line.week, line.kind, body, before, made))
        before = made
    assert chain.check(forged).wrong == ""
    assert chain.check(forged, [Head(4, noted.hash)]).wrong.startswith("entry 4 is not the one that was noted")
    assert chain.check(forged[:3], [Head(4, noted.hash)]).wrong.startswith("entry 4 was noted, and is missing")


def test_anybody_can_check_a_file(tmp_path):
    for _number in range(4):
        append()
    texts = [entry.line.as_json() for entry in LogEntry.objects.order_by("number")]
    head = LogHead.objects.get()
    path = tmp_path / "log.jsonl"

    def verify(lines, *more):
        path.write_text("".join(f"{line}\n" for line in lines))
        out = StringIO()
        call_command("verify_log", "--file", str(path), *more, stdout=out)
        return out.getvalue()

    assert by_hand(texts) == head.hash and head.hash in verify(texts) and "5 entries" in verify(texts)
    verify(texts, "--head", f"5:{head.hash}", "--head", f"2:{json.loads(texts[1])['hash']}")
    for lines, first in (
        ([*texts[:2], texts[2].replace("suspend", "approve"), *texts[3:]], 3),
        ([texts[0], *texts[2:]], 2),
        ([texts[0], texts[2], texts[1], *texts[3:]], 2),
        ([*texts[:3], texts[2], *texts[3:]], 4),
    ):
        assert by_hand(lines) == first
        with pytest.raises(CommandError, match=f"entry {first} "):
            verify(lines)
    with pytest.raises(CommandError, match="entry 5 was noted, and is missing"):
        verify(texts[:4], "--head", f"5:{head.hash}")
    with pytest.raises(CommandError, match="line 2 of the file is no entry"):
        verify([texts[0], "{}"])
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_log", "--file", str(tmp_path / "nowhere"))


def test_an_empty_log_holds():
    assert checking.database() == chain.Checked(0, chain.FIRST)
