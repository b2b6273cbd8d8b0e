"""The transparency page, the public log, and both as files: open to everyone."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from metya.web import ratelimit, streaming
from metya.web.decorators import public
from metya.web.paging import cursor_from
from social.transparency import pictures, reads, statements
from social.transparency.forms import LogForm, period_from
from social.transparency.words import DECISIONS, OUTCOMES, SOURCES, SUBJECTS, said


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What was decided in a period, in figures."""
    period = period_from(request.GET.get("period", ""))
    found = reads.figures(period)
    context = {
        "period": period,
        "found": found,
        "heads": list(DECISIONS.values()),
        "median": pictures.duration(found.quantile(50)),
        "ninth": pictures.duration(found.quantile(90)),
        "points": pictures.named(found),
        "monthly": len(found.weeks) > pictures.MOST,
        "steps": pictures.steps(found),
    }
    if found.decisions:
        context |= {
            "course": pictures.course(found),
            "by_rule": pictures.by_rule(found),
            "waits": pictures.waits(found),
        }
    return render(request, "social/transparency/index.html", context)


@public
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The newest public entries, by month, kind and rule."""
    form = LogForm(request.GET, months=reads.months(), titles=reads.titles())
    wanted = form.wanted
    page, told = reads.entries(**wanted, before=cursor_from(request.GET.get("before")))
    context = {"form": form, "filtered": any(wanted.values()), "page": page, "end": reads.end()}
    context["more"] = urlencode(form.kept | {"before": page.next}) if page.next else ""
    context["rows"] = [(one, _sentence_parts(one)) for one in told]
    return render(request, "social/transparency/log.html", context)


def _sentence_parts(one: reads.Told) -> dict[str, str]:
    body = one.body
    return {
        "decision": said(DECISIONS, body.get("decision", "")),
        "subject": said(SUBJECTS, body.get("subject", "")),
        "source": said(SOURCES, body.get("source", "")),
        "outcome": said(OUTCOMES, body.get("outcome", "")),
        "wait": pictures.duration(body["minutes"]) if body.get("minutes") is not None else "",
    }


@public
@require_GET
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Every public entry, one a line, the first first. Raises TooMany."""
    ratelimit.limit("log-file", ratelimit.client_bucket(request), most=30, seconds=600)
    return streaming.streamed(request, _lines(), "application/jsonl; charset=utf-8", "log.jsonl")


def _lines() -> Iterator[bytes]:
    for piece in reads.lines():
        yield "".join(f"{entry.line.as_json()}\n" for entry in piece).encode()


@public
@require_GET
def statements_file(request: HttpRequest) -> StreamingHttpResponse:
    """The statements of reasons of a period. Raises TooMany."""
    ratelimit.limit("log-file", ratelimit.client_bucket(request), most=30, seconds=600)
    when = reads.span(period_from(request.GET.get("period", "")))
    name = f"statements-of-reasons-{when.first}-{when.end}.csv"
    return streaming.streamed(request, statements.csv_pieces(when), "text/csv; charset=utf-8", name)
