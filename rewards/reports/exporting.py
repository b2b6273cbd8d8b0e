"""Exports: asked for, written by a job or sent as they are read, cancelled, fetched for a day, forgotten. All of it is logged.

States: waiting → running → ready | failed | cancelled; what is sent at once is running → sent | failed | cancelled. A job writes
beside the final name and renames at the end, so that no half file is ever handed out; how far it is stands on the row, and the
same UPDATE notices that somebody cancelled it.
"""

import errno
import hashlib
import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from rewards.reports import policy
from rewards.reports.datasets import DATASETS, Dataset, Wanted, pieces
from rewards.reports.formats import WRITERS, Rows, csv_pieces
from rewards.reports.models import FETCH, Export, ExportState, Format
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence

logger = logging.getLogger(__name__)
AT_ONCE = 3
MOST_ROWS = 5_000_000
# A job that has not moved for so long was killed: another takes it up from the beginning.
ABANDONED = timedelta(minutes=10)
BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Cancelled(Exception):
    """Somebody cancelled it, or another job took it over."""


@transaction.atomic
def ask(*, actor: Member, name: str, format: str, wanted: Wanted, personal: bool = False) -> Export:
    """An export that a job will write. Raises NotAllowed, Invalid, Conflict (several under way, too many rows)."""
    dataset = _judged(actor, name, format, wanted, personal)
    Member.objects.get_queryset().select_for_update().get(pk=actor.pk)
    if Export.objects.under_way().filter(asked_by=actor).count() >= AT_ONCE:
        message = _("%(count)d exports of yours are under way. Wait for one, or cancel it.") % {"count": AT_ONCE}
        raise Conflict(message, code="running")
    if (total := dataset.rows(wanted).count()) > MOST_ROWS:
        message = _("That is more than %(most)d rows. Choose fewer days.") % {"most": MOST_ROWS}
        raise Conflict(message, code="too-many-rows", data={"field": "start"})
    return _begun(actor, name, format, wanted, personal, total=total)


def send_csv(*, actor: Member, name: str, wanted: Wanted, personal: bool = False) -> tuple[Export, Iterator[bytes]]:
    """An export as it is read. The row says at the end how much was sent, and whether the other side stayed for all of it.

    Raises NotAllowed, Invalid, Conflict (several are being sent).
    """
    with transaction.atomic():
        dataset = _judged(actor, name, Format.CSV, wanted, personal)
        Member.objects.get_queryset().select_for_update().get(pk=actor.pk)
        recent = Export.objects.filter(touched_at__gt=timezone.now() - ABANDONED, file="", state=ExportState.RUNNING)
        if recent.filter(asked_by=actor).count() >= AT_ONCE:
            message = _("%(count)d exports of yours are under way. Wait for one, or cancel it.") % {"count": AT_ONCE}
            raise Conflict(message, code="running")
        export = _begun(actor, name, Format.CSV, wanted, personal, state=ExportState.RUNNING)
    return export, _sent(export, dataset, wanted)


def _sent(export: Export, dataset: Dataset, wanted: Wanted) -> Iterator[bytes]:
    columns, digest, size, state = dataset.shown(personal=export.personal), hashlib.sha256(), 0, ExportState.CANCELLED
    counted = _Counted(_while_allowed(export, pieces(dataset.rows(wanted), columns)))
    try:
        for piece in csv_pieces(columns, counted):
            digest.update(piece)
            size += len(piece)
            yield piece
        state = ExportState.SENT
    except GeneratorExit:  # the other side has gone
        raise
    except BaseException:
        state = ExportState.FAILED
        raise
    finally:
        _end(export, state, rows=counted.rows, size=size, sha256=digest.hexdigest())


def _while_allowed(export: Export, found: Iterable[Rows]) -> Iterator[Rows]:
    """The pieces, as long as whoever asked still may: a role that is taken ends what is on its way."""
    for piece in found:
        actor = Member.objects.get_queryset().filter(pk=export.asked_by_id or 0).first()
        if actor is None or not policy.may_export(actor, personal=export.personal):
            raise NotAllowed(_("Your role does not allow this export any more."))
        yield piece


class _Counted:
    """Rows on their way, counted."""

    def __init__(self, pieces: Iterable[Rows]) -> None:
        self.pieces, self.rows = pieces, 0

    def __iter__(self) -> Iterator[Rows]:
        for piece in self.pieces:
            self.rows += len(piece)
            yield piece


def write(export: Export) -> bool:
    """Write the file; False where there is nothing to do. Told to whoever asked, whatever comes of it."""
    now = timezone.now()
    left = Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING, touched_at__lt=now - ABANDONED)
    mine = Export.objects.filter(left, pk=export.pk, file="")
    part = folder() / f"{secrets.token_hex(16)}.{export.format}"
    if not mine.update(state=ExportState.RUNNING, touched_at=now, rows=0, file=part.name):
        return False
    export.file = part.name
    asked_by = export.asked_by
    if asked_by is None or not policy.may_export(asked_by, personal=export.personal):
        return _failed(export, gettext_noop("Your role does not allow this export any more."))
    try:
        write_file(part, DATASETS[export.name], Wanted.from_json(export.filters), export)
    except Cancelled:
        part.unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk, file=part.name).update(file="")
        return False
    except OSError as error:
        part.unlink(missing_ok=True)
        logger.warning("an export was not written: %s", error)
        if error.errno in _FULL:
            return _failed(export, gettext_noop("The disk of the server is full. Nothing was kept; try again later."))
        return _failed(export, gettext_noop("The file could not be written. Nothing was kept; try again later."))
    except BaseException:
        part.unlink(missing_ok=True)
        _failed(export, gettext_noop("Something went wrong. Nothing was kept; try again."))
        raise
    return _ready(export, part)


def write_file(path: Path, dataset: Dataset, wanted: Wanted, export: Export) -> int:
    """Write ``path``; how many rows. Raises OSError, Cancelled."""
    rows, columns = dataset.rows(wanted), dataset.shown(personal=export.personal)
    counted = _Counted(pieces(rows, columns))
    WRITERS[export.format](path, columns, _watched(export, counted))
    export.rows = counted.rows
    return counted.rows


def _watched(export: Export, counted: _Counted) -> Iterator[Rows]:
    """The pieces, while nobody cancels: how far it is goes onto the row with each."""
    mine = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, file=export.file)
    for piece in counted:
        if not mine.update(rows=counted.rows, touched_at=timezone.now()):
            raise Cancelled
        yield piece


def _ready(export: Export, part: Path) -> bool:
    values = {"size": part.stat().st_size, "sha256": digest_of(part), "expires_at": timezone.now() + FETCH}
    with transaction.atomic():
        mine = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, file=export.file)
        if not mine.update(state=ExportState.READY, rows=export.rows, finished_at=timezone.now(), **values):
            part.unlink(missing_ok=True)
            Export.objects.filter(pk=export.pk, file=export.file).update(file="")
            return False
        audit.record(None, "reports.exported", export, rows=export.rows, sha256=values["sha256"])
        _tell(export, gettext_noop("Your export is ready: %(table)s, rows: %(rows)d. You can fetch it for a day."))
    return True


def _failed(export: Export, why: str) -> bool:
    mine = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, file=export.file)
    with transaction.atomic():
        if mine.update(state=ExportState.FAILED, finished_at=timezone.now(), file="", error=why):
            _tell(export, gettext_noop("Your export of %(table)s failed."))
    return False


def _tell(export: Export, text: str) -> None:
    if export.asked_by is not None:
        said = Sentence(text, {"table": export.name, "rows": export.rows})
        key = f"export:{export.pk}:{export.file[:32]}"
        notifications.notify(member=export.asked_by, kind="notice", text=said, url="/admin/reports/exports/", key=key)


@transaction.atomic
def cancel(*, actor: Member, export: Export) -> bool:
    """Stop it; the job notices at its next piece. False where it was over. Raises NotAllowed (somebody else's)."""
    if export.asked_by_id != actor.pk:
        raise NotAllowed(_("Only whoever asked for an export cancels it."))
    rows = Export.objects.under_way().filter(pk=export.pk)
    if not rows.update(state=ExportState.CANCELLED, finished_at=timezone.now()):
        return False
    audit.record(actor, "reports.export_cancelled", export)
    return True


def run_command(*, name: str, format: str, wanted: Wanted, personal: bool, path: Path) -> Export:
    """Write ``path`` at once, beside it first, and put it in its place when it is whole. Raises Invalid, OSError."""
    _checked(name, format, wanted)
    with transaction.atomic():
        export = _begun(None, name, format, wanted, personal, state=ExportState.RUNNING)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        rows = write_file(part, DATASETS[name], wanted, export)
        values = {"rows": rows, "size": part.stat().st_size, "sha256": digest_of(part)}
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        _end(export, ExportState.FAILED, rows=0, size=0, sha256="")
        raise
    _end(export, ExportState.SENT, **values)
    export.refresh_from_db()
    return export


def forget() -> int:
    """Delete files that nobody can fetch any more, and files of which no row knows; how many exports."""
    over = list(Export.objects.over())
    for export in over:
        path_of(export).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(file="")
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    for path in folder().iterdir():
        with suppress(OSError):
            if path.name not in known and timezone.now().timestamp() - path.stat().st_mtime > 86_400:
                path.unlink()
    return len(over)


def left_lying() -> list[int]:
    """Exports that no job works on: one was killed, or never came. They begin again."""
    before = timezone.now() - ABANDONED
    killed = Export.objects.filter(state=ExportState.RUNNING, touched_at__lt=before)
    killed.exclude(file="").update(state=ExportState.WAITING, file="")
    # Sent at once, or by the command: nobody takes these up.
    day = timezone.now() - FETCH
    killed.filter(file="", asked_at__lt=day).update(state=ExportState.FAILED, finished_at=timezone.now())
    rows = Export.objects.filter(state=ExportState.WAITING, asked_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def folder() -> Path:
    """Where exports lie, beside the private pictures; no web server is given it."""
    place = Path(settings.PRIVATE_ROOT) / "exports"
    place.mkdir(parents=True, exist_ok=True)
    return place


def path_of(export: Export) -> Path:
    return folder() / export.file


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


# --- help ------------------------------------------------------------------------------------------------------------


def _judged(actor: Member, name: str, format: str, wanted: Wanted, personal: bool) -> Dataset:
    if not policy.may_export(actor, personal=personal):
        message = (
            _("Personal columns are for those who were given that right.") if personal else _("You may not export.")
        )
        raise NotAllowed(message)
    return _checked(name, format, wanted)


def _checked(name: str, format: str, wanted: Wanted) -> Dataset:
    if name not in DATASETS:
        raise Invalid(_("Choose a table of the list."), data={"field": "name"})
    if format not in Format.values:
        raise Invalid(_("Choose CSV, XLSX or Parquet."), data={"field": "format"})
    if wanted.start and wanted.end and wanted.start > wanted.end:
        raise Invalid(_("The first day lies after the last one."), data={"field": "start"})
    if wanted.only and wanted.only not in dict(DATASETS[name].choices):
        raise Invalid(_("The table has no such rows."), data={"field": "only"})
    return DATASETS[name]


def _begun(
    actor: Member | None,
    name: str,
    format: str,
    wanted: Wanted,
    personal: bool,
    *,
    state: str = ExportState.WAITING,
    total: int = 0,
) -> Export:
    export = Export.objects.create(
        asked_by=actor,
        name=name,
        format=format,
        filters=wanted.as_json(),
        personal=personal,
        state=state,
        total=total,
        touched_at=timezone.now(),
    )
    audit.record(actor, "reports.export", export, table=name, filter=wanted.as_json(), personal=personal)
    return export


def _end(export: Export, state: str, **values: Any) -> None:
    """What was sent at once, or written by the command, is over."""
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(state=state, finished_at=timezone.now(), **values)
        if state == ExportState.SENT:
            audit.record(None, "reports.exported", export, rows=values["rows"], sha256=values["sha256"])
