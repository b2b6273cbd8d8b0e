"""The statements of reasons in the columns of the EU's transparency database (DSA, Art. 24(5)), as CSV.

One row for each decision that restricts something: approvals and warnings restrict nothing. Columns that could lead to a
member, or that nobody here knows, are empty. ``application_date`` is the Monday of the week, and ends of a restriction are
counted from it.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings

from metya.web.cells import neutral
from social.transparency.models import LogEntry
from social.transparency.reads import Span, pieces, titles

COLUMNS = (
    "uuid", "decision_visibility", "decision_visibility_other", "end_date_visibility_restriction", "decision_monetary",
    "decision_monetary_other", "end_date_monetary_restriction", "decision_provision", "end_date_service_restriction",
    "decision_account", "end_date_account_restriction", "account_type", "decision_ground", "decision_ground_reference_url",
    "illegal_content_legal_ground", "illegal_content_explanation", "incompatible_content_ground",
    "incompatible_content_explanation", "incompatible_content_illegal", "category", "category_addition",
    "category_specification", "category_specification_other", "content_type", "content_type_other", "content_language",
    "content_date", "content_id_ean", "territorial_scope", "application_date", "decision_facts", "source_type",
    "source_identity", "automated_detection", "automated_decision", "platform_name", "platform_uid", "created_at",
)  # fmt: skip
_VISIBILITY = {
    "hide": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "limit": "DECISION_VISIBILITY_CONTENT_DEMOTED",
}
RESTRICTING = (*_VISIBILITY, "suspend")
# Of the rules with which a community begins; of its own rules nobody knows more than the ground.
_CATEGORY = {"harassment": "STATEMENT_CATEGORY_CYBER_VIOLENCE", "scam": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"}
_OTHER = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_UNSAID = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
_CONTENT = {"post": "CONTENT_TYPE_TEXT", "message": "CONTENT_TYPE_TEXT", "image": "CONTENT_TYPE_IMAGE"}
_FACTS = "Kept from publication: they would name members. Whoever is concerned has read them."


def csv_pieces(when: Span) -> Iterator[bytes]:
    """The file piece by piece, the heads first, also where no row follows. Times rise."""
    known = titles()
    yield _written([COLUMNS])
    found = LogEntry.objects.between(when.first, when.last).decisions().filter(decision__in=RESTRICTING)
    for piece in pieces(found):
        yield _written([_cells(entry, known) for entry in piece])


def _cells(entry: LogEntry, known: dict[str, str]) -> list[str]:
    row = statement(entry, known)
    return [neutral(row.get(name, "")) for name in COLUMNS]


def statement(entry: LogEntry, known: dict[str, str]) -> dict[str, str]:
    """The columns of one decision that are filled."""
    said: dict[str, Any] = json.loads(entry.body)
    cited = f"{known.get(said['rule'], said['rule'])} ({said['rule']}, version {said['rule_version']})"
    illegal, subject = said["ground"] == "illegal", said["subject"]
    ends = (entry.week + timedelta(days=said["days"])).isoformat() if said["days"] else ""
    whole = entry.decision == "suspend"
    found = {
        "decision_visibility": json.dumps([_VISIBILITY[entry.decision]]) if entry.decision in _VISIBILITY else "",
        "end_date_visibility_restriction": "" if whole else ends,
        "decision_account": "DECISION_ACCOUNT_SUSPENDED" if whole else "",
        "end_date_account_restriction": ends if whole else "",
        "decision_ground": f"DECISION_GROUND_{'ILLEGAL' if illegal else 'INCOMPATIBLE'}_CONTENT",
        "decision_ground_reference_url": f"{settings.SITE_URL}/rules/" + (f"#{said['rule']}" if said["rule"] else ""),
        "category": _UNSAID if illegal else _CATEGORY.get(said["rule"], _OTHER),
        "content_type": json.dumps([_CONTENT.get(subject, "CONTENT_TYPE_OTHER")]),
        "content_type_other": "" if subject in _CONTENT else subject,
        "application_date": entry.week.isoformat(),
        "decision_facts": _FACTS,
        "source_type": _source(said["source"], illegal),
        "automated_detection": "Yes" if said["automated_detection"] else "No",
        "automated_decision": f"AUTOMATED_DECISION_{'FULLY' if said['automated_decision'] else 'NOT_AUTOMATED'}",
        "platform_name": settings.COMMUNITY_NAME,
        "platform_uid": str(entry.number),
    }
    ground = ("illegal_content_legal_ground", "illegal_content_explanation") if illegal else _INCOMPATIBLE
    return found | dict.fromkeys(ground, cited if said["rule"] else "No rule was named.")


_INCOMPATIBLE = ("incompatible_content_ground", "incompatible_content_explanation")


def _source(source: str, illegal: bool) -> str:
    """Notices of Art. 16 are about what is illegal; a report under the community's rules alone is another notification."""
    if source != "reports":
        return "SOURCE_VOLUNTARY"
    return "SOURCE_ARTICLE_16" if illegal else "SOURCE_TYPE_OTHER_NOTIFICATION"


def _written(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
