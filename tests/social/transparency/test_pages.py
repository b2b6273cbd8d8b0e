"""The public pages and files: open to everyone, true to the log, silent about what is not public yet."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets import roles
from social.rules.models import Rule, RuleVersion
from social.transparency import held, log, pictures, reads, statements
from social.transparency.models import Kind, LogEntry, LogHead, monday, public_until
from tests import make
from tests.social.transparency.test_log import APPEAL, by_hand

pytestmark = pytest.mark.django_db
BODY = {
    "moderator": "system", "subject": "post", "queue": "spam", "source": "reports", "rule": "spam", "rule_version": 1,
    "ground": "terms", "decision": "remove", "days": None, "minutes": 30, "in_time": True, "reports": 1,
    "automated_detection": False, "automated_decision": False,
}  # fmt: skip
INDEX, LOG, FILE, REPORT = "/transparency/", "/transparency/log/", "/transparency/log.jsonl", "/transparency/report.csv"


@transaction.atomic
def decided(*, weeks_ago=2, kind=Kind.DECISION, **changes):
    body = (BODY if kind == Kind.DECISION else APPEAL) | changes
    return log.append(kind=kind, at=timezone.now() - timedelta(weeks=weeks_ago), body=body)


def text_of(path, client=None):
    answer = (client or Client()).get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def table(path="/transparency/report.csv"):
    return list(csv.DictReader(io.StringIO(text_of(path))))


@pytest.mark.parametrize("path", [INDEX, LOG, FILE, REPORT])
def test_everyone_may_read_it_and_nobody_write(path, alice, as_member):
    decided()
    for client in (Client(), as_member(alice)):
        assert client.get(path).status_code == 200
        assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", [INDEX, LOG])
def test_an_empty_page_says_so_and_what_helps(path):
    page = text_of(path)
    assert page.count('class="empty"') == 1 and "The log has no entry yet." in page
    decided(weeks_ago=0)
    page = text_of(path)
    head = LogHead.objects.get()
    assert page.count('class="empty"') == 1 and f"{head.number}:{head.hash}" in page and "not public yet" in page


def test_figures_count_what_is_public():
    for minutes in (10, 20, 30, 40, 50, 60, 75, 90, 105, 3000):
        decided(minutes=minutes, in_time=minutes <= 60)
    decided(decision="approve", ground="", rule="scam", automated_detection=True)
    decided(decision="suspend", days=7, rule="", rule_version=0, source="moderator", minutes=None, in_time=None)
    decided(kind=Kind.APPEAL)
    decided(kind=Kind.APPEAL, outcome="upheld")
    decided(weeks_ago=0, rule="other")
    found = reads.figures("quarter")
    assert (found.decisions, found.measures, found.timed, found.in_time) == (12, 11, 11, 7)
    assert (found.quantile(50), found.quantile(90)) == (50, 105)
    assert (found.found_by_machine, found.decided_by_machine, found.appeals, found.reversals) == (1, 0, 2, 1)
    assert [(row.key, row.counts) for row in found.rules] == [
        ("spam", (0, 0, 10, 0, 0, 0)), ("", (0, 0, 0, 0, 0, 1)), ("scam", (1, 0, 0, 0, 0, 0)),
    ]  # fmt: skip
    assert found.totals == [1, 0, 10, 0, 0, 1]
    assert [times for _name, times in pictures.steps(found)] == [1, 6, 3, 0, 1, 0]
    page = text_of(INDEX)
    assert page.count('<svg class="chart"') == 3 == page.count('role="img" aria-label="Deci')
    assert "nine of ten within 1 h 45 min" in page and "7 of 11" in page and "1 decision reversed" in page


@pytest.mark.parametrize(
    ("period", "counted"), [("month", 1), ("quarter", 2), ("year", 3), ("all", 4), ("", 2), ("x'", 2)]
)
def test_periods_are_whole_public_weeks(period, counted):
    for weeks in (60, 40, 10, 2):
        decided(weeks_ago=weeks)
    assert f"<dt>Decisions</dt><dd>{counted}</dd>" in text_of(f"{INDEX}?period={period}")


def test_many_weeks_are_drawn_by_month():
    decided(weeks_ago=80)
    found = reads.figures("all")
    assert 15 <= len(pictures.named(found)) <= 20 and sum(times for _day, times in pictures.named(found)) == 1
    assert "Month</th>" in text_of(f"{INDEX}?period=all")


def test_payouts_that_were_held_are_told_by_whoever_knows(fay, alice, monkeypatch):
    decided()
    assert "Payouts held" in text_of(INDEX)
    monkeypatch.setattr(held, "_sources", [])
    assert "Payouts held" not in text_of(INDEX)
    asked = []
    monkeypatch.setattr(
        held, "_sources", [lambda first, last: asked.append((first, last)) or held.Held(5, 3, 2, 0)] * 2
    )
    assert "6 still, 4 released, 0 forfeited" in text_of(f"{INDEX}?period=month")
    assert asked[0] == (public_until() - timedelta(weeks=3), public_until() + timedelta(days=6))


# --- the log ----------------------------------------------------------------------------------------------------------


def test_the_log_shows_each_kind_in_words():
    decided(days=7, decision="limit", reports=10, automated_decision=True)
    decided(decision="approve", ground="")
    decided(ground="illegal", rule="illegal", minutes=90, in_time=False)
    decided(kind=Kind.APPEAL)
    with transaction.atomic():
        log.append(kind=Kind.LIFT, at=timezone.now(), body={"moderator": "m-abcdef", "decision": "suspend"})
    page = text_of(LOG)
    for words in (
        "About: post. Decided: reach limited.", "For 7 days.", "10 reports or more", "A machine decided.",
        "Reported under: No spam (version 1).", "Ground: the law.", "Decided within 1 h 30 min, too late.",
        "Against entry 2 (removed): the decision was reversed.", "Here the log begins.",
    ):  # fmt: skip
        assert words in page, words
    assert "m-abcdef" not in page  # of this week


def test_the_log_is_narrowed_by_month_kind_and_rule():
    for weeks, rule in ((20, "spam"), (2, "spam"), (2, "scam")):
        decided(weeks_ago=weeks, rule=rule)
    decided(kind=Kind.APPEAL)
    month = f"{monday((timezone.now() - timedelta(weeks=20)).date()):%Y-%m}"

    def numbers(query):
        page = text_of(f"{LOG}?{query}")
        return [number for number in range(9) if f'id="entry-{number}"' in page]

    assert numbers("") == [1, 2, 3, 4, 5] == numbers("month=1999-01&kind=x&rule=nothing")
    assert numbers("rule=scam") == [4] and numbers("kind=appeal") == [5] and numbers(f"month={month}") == [1, 2]
    assert numbers(f"month={month}&kind=decision&rule=spam") == [2]
    assert numbers(f"month={month}&rule=scam") == [] and "Nothing in the log is like that." in text_of(
        f"{LOG}?month={month}&rule=scam"
    )


def test_pages_of_the_log_follow_each_other_and_keep_what_was_asked():
    for _number in range(25):
        decided()
    decided(rule="scam")
    page = text_of(f"{LOG}?rule=spam")
    assert page.count('id="entry-') == 20 and "?rule=spam&amp;before=7" in page
    assert text_of(f"{LOG}?rule=spam&before=7").count('id="entry-') == 5
    assert Client().get(f"{LOG}?before=x").status_code == 400


@pytest.mark.parametrize("path", [INDEX, LOG, f"{LOG}?kind=decision"])
def test_queries_do_not_grow(path):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            text_of(path)
        return len(caught)

    for _number in range(3):
        decided()
    few = queries()
    for _number in range(27):
        decided(rule=("spam", "scam", "other")[_number % 3], minutes=5 * (_number + 1))
    assert queries() == few <= 12


def test_a_tampered_body_does_not_break_the_page():
    from tests.social.transparency.test_log import tamper

    decided()
    tamper("UPDATE social_logentry SET body = 'x' WHERE number = 2")
    assert 'id="entry-2"' in text_of(LOG)


# --- files ------------------------------------------------------------------------------------------------------------


def test_the_file_holds_all_that_is_public_and_anybody_can_check_it(monkeypatch):
    monkeypatch.setattr(reads, "PIECE", 3)
    for _number in range(7):
        decided()
    decided(weeks_ago=0)
    texts = text_of(FILE).splitlines()
    assert [json.loads(text)["number"] for text in texts] == list(range(1, 9))
    assert by_hand(texts) == LogEntry.objects.get(number=8).hash
    assert set(json.loads(texts[1])) == {"number", "week", "kind", "body", "previous", "hash"}


def test_an_empty_log_is_an_empty_file_and_a_report_with_heads():
    assert text_of(FILE) == ""
    assert text_of(REPORT).strip().split(",") == list(statements.COLUMNS)


@pytest.mark.django_db(transaction=True)
async def test_an_asynchronous_server_sends_the_file_piece_by_piece(monkeypatch):
    from asgiref.sync import sync_to_async

    await sync_to_async(decided)()
    answer = await AsyncClient().get(FILE)
    assert answer.is_async and len(b"".join([piece async for piece in answer]).splitlines()) == 2


def test_the_files_are_not_asked_for_without_end(_still_windows):
    cache.clear()
    found = [Client().get(FILE).status_code for _number in range(31)]
    assert found == [200] * 30 + [429]


def test_the_report_has_the_columns_of_the_template():
    decided(decision="limit", days=7)
    decided(decision="suspend", days=30, rule="scam", subject="profile")
    decided(decision="remove", rule="illegal", ground="illegal", subject="image", automated_detection=True)
    decided(decision="hide", rule="", rule_version=0, source="moderator", ground="", automated_decision=True)
    decided(decision="approve", ground="")
    decided(decision="warn")
    limit, suspend, remove, hide = table()
    week = monday((timezone.now() - timedelta(weeks=2)).date())
    assert limit["decision_visibility"] == '["DECISION_VISIBILITY_CONTENT_DEMOTED"]'
    assert (
        limit["end_date_visibility_restriction"] == f"{week + timedelta(days=7)}"
        and limit["application_date"] == f"{week}"
    )
    assert limit["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT" and limit["decision_account"] == ""
    assert (
        limit["incompatible_content_ground"] == "No spam (spam, version 1)"
        and limit["illegal_content_legal_ground"] == ""
    )
    assert (
        limit["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
        and limit["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    )
    assert (suspend["decision_account"], suspend["decision_visibility"]) == ("DECISION_ACCOUNT_SUSPENDED", "")
    assert suspend["category"] == "STATEMENT_CATEGORY_SCAMS_AND_FRAUD" and suspend["content_type_other"] == "profile"
    assert suspend["end_date_account_restriction"] == f"{week + timedelta(days=30)}"
    assert (
        remove["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT" and remove["source_type"] == "SOURCE_ARTICLE_16"
    )
    assert remove["content_type"] == '["CONTENT_TYPE_IMAGE"]' and remove["automated_detection"] == "Yes"
    assert remove["illegal_content_explanation"] == "Nothing illegal (illegal, version 1)"
    assert (hide["source_type"], hide["automated_decision"]) == ("SOURCE_VOLUNTARY", "AUTOMATED_DECISION_FULLY")
    assert all(
        row["content_date"] == row["content_language"] == row["uuid"] == "" for row in (limit, suspend, remove, hide)
    )


def test_no_cell_of_the_report_is_a_formula():
    rule = Rule.objects.create(key="own", position=1, queue="spam", ground="terms")
    RuleVersion.objects.create(rule=rule, number=1, title='=HYPERLINK("x")', text="x", made_by=make.member())
    decided(rule="own")
    (row,) = table()
    assert row["incompatible_content_ground"].startswith("'=")


def test_the_report_is_of_the_period():
    decided(weeks_ago=10)
    decided(weeks_ago=2)
    assert [len(table(f"{REPORT}?period={period}")) for period in ("month", "quarter")] == [1, 2]


# --- where it is found ------------------------------------------------------------------------------------------------


def test_footer_rules_help_and_sitemap_lead_to_it():
    for path in ("/help/", "/rules/", "/sitemaps/pages-0.xml"):
        assert "/transparency/" in text_of(path), path
    assert 'id="transparency"' in text_of("/help/") and "verify_log" in text_of("/help/")


def test_staff_look_at_the_whole_log_and_change_nothing(alice, as_member, settings):
    settings.DEMO = True
    roles.sync()
    entry = decided(weeks_ago=0)
    for role in ("moderator", "senior", "manager", "auditor"):
        client = as_member(make.member(roles=(role,), is_demo=True))
        assert "system" in text_of(f"/admin/social/logentry/{entry.pk}/change/", client)
        for query in ("", "?decision=limit", "?rule=spam"):
            assert "each entry bound to the one before it" in text_of(f"/admin/social/logentry/{query}", client)
        assert client.get("/admin/social/logentry/add/").status_code == 403
        assert client.post(f"/admin/social/logentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.post(f"/admin/social/logentry/{entry.pk}/change/", {"body": "{}"}).status_code == 403
    for who in (alice, make.member(roles=("reviewer",), is_demo=True)):
        assert as_member(who).get("/admin/social/logentry/").status_code in (302, 403)
