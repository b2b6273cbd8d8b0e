"""Making what is due: once for each due time, the newest missed one only, tried again when it fails, then a mail with a link.

States of a run: waiting → writing → mailed | failed; a failed try goes back to waiting until TRIES are used up. Whoever asks
twice, or dies in between, changes nothing: a due time has one row, and a mail is claimed on that row before it leaves.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.members import languages
from metya.ops import audit
from metya.web.errors import ActionError
from rewards.reports import exporting
from rewards.reports.datasets import DATASETS
from rewards.reports.models import Export, ExportState
from rewards.schedules import actions, links, policy, timing
from rewards.schedules.models import Pause, Run, Schedule, State
from social.digest import sending
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence

logger = logging.getLogger(__name__)
TRIES = 4
# After the first, second and third failure.
WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
MOST_AT_ONCE = 50
_PAUSED = {
    Pause.ROLE: gettext_noop(
        "Your scheduled export of %(table)s is paused: your role does not allow exports any more."
    ),
    Pause.ADDRESS: gettext_noop(
        "Your scheduled export of %(table)s is paused: you have no confirmed address any more."
    ),
}
_FAILED = gettext_noop("Your scheduled export of %(table)s failed.")


def begin_due() -> int:
    """Write down what is due; how many due times. Of several that were missed the newest alone is made."""
    done = 0
    for pk in list(Schedule.objects.due().order_by("next_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        done += _begin(pk)
    return done


@transaction.atomic
def _begin(pk: int) -> bool:
    schedule = Schedule.objects.due().select_for_update(of=("self",)).select_related("member").filter(pk=pk).first()
    if schedule is None:
        return False
    if (why := _hindered(schedule)) is not None:
        _pause(schedule, why)
        return False
    now = timezone.now()
    Run.objects.bulk_create([Run(schedule=schedule, due_at=timing.latest(schedule, now))], ignore_conflicts=True)
    Schedule.objects.filter(pk=schedule.pk).update(next_at=timing.after(schedule, now))
    return True


def open_runs() -> list[int]:
    """Runs to go on with now, the oldest first."""
    rows = Run.objects.filter(state__in=[State.WAITING, State.WRITING], not_before__lte=timezone.now())
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def go_on(run_id: int) -> int | None:
    """One step of a run; the number of an export that has to be written now, if any."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(pk=run_id).first()
        if run is None or run.state not in (State.WAITING, State.WRITING) or run.not_before > timezone.now():
            return None
        schedule = Schedule.objects.select_related("member__preferences").get(pk=run.schedule_id)
        if schedule.deleted_at is not None or schedule.pause:
            _end(run, gettext_noop("It was paused or deleted before it was made."))
            return None
        if (why := _hindered(schedule)) is not None:
            _pause(schedule, why)
            _end(run, str(why.label))
            return None
        if run.state == State.WAITING:
            return _ask(run, schedule)
        export = run.export
        if export is None or export.state in (ExportState.FAILED, ExportState.CANCELLED):
            _again(run, schedule, export.error if export is not None else "")
            return None
        if export.state != ExportState.READY:
            return None  # still being written; what a killed job left lying is taken up by the exports themselves
        # Claimed before it leaves: nothing goes out twice.
        if not Run.objects.filter(pk=run.pk, mailed_at=None).update(mailed_at=timezone.now(), state=State.MAILED):
            return None
    _mail(run, schedule, export)
    return None


def _hindered(schedule: Schedule) -> Pause | None:
    """What stands against making it, asked anew each time."""
    if not policy.may_schedule(schedule.member):
        return Pause.ROLE
    return None if settings.SENDS_MAIL and actions.address_of(schedule.member) else Pause.ADDRESS


def _pause(schedule: Schedule, why: Pause) -> None:
    """It waits for its member, who is told."""
    if Schedule.objects.filter(pk=schedule.pk, pause="").update(pause=why):
        audit.record(None, "schedules.paused", schedule, why=why)
        _tell(schedule, _PAUSED[why], f"schedule:{schedule.pk}:{why}:{timezone.now():%Y%m%d%H}")


def _ask(run: Run, schedule: Schedule) -> int | None:
    wanted = timing.wanted(schedule, run.due_at)
    try:
        export = exporting.ask(actor=schedule.member, name=schedule.name, format=schedule.format, wanted=wanted)
    except ActionError as error:
        if (
            error.code == "running"
        ):  # exports of theirs are under way: when these are done, without counting as a failure
            Run.objects.filter(pk=run.pk).update(not_before=timezone.now() + WAITS[0])
            return None
        _again(run, schedule, error.message)
        return None
    Run.objects.filter(pk=run.pk).update(export=export, state=State.WRITING, error="")
    return export.pk


def _again(run: Run, schedule: Schedule, why: str) -> None:
    """A try failed: once more later, until TRIES are used up."""
    tried = run.attempts + 1
    if tried >= TRIES:
        _end(run, why, tried)
        _tell(schedule, _FAILED, f"schedule:{schedule.pk}:failed:{run.pk}")
        return
    Run.objects.filter(pk=run.pk).update(
        state=State.WAITING, attempts=tried, not_before=timezone.now() + WAITS[tried - 1], error=why[:300]
    )


def _end(run: Run, why: str, tried: int | None = None) -> None:
    attempts = run.attempts if tried is None else tried
    Run.objects.filter(pk=run.pk).update(state=State.FAILED, error=why[:300], attempts=attempts)


def _mail(run: Run, schedule: Schedule, export: Export) -> None:
    """The link, to the member's own proven address, which is read now. The data stays here."""
    with languages.speaking_to(schedule.member):
        table = DATASETS[schedule.name].title
        subject = _("Your export of %(table)s is ready") % {"table": table}
        context = {
            "row": schedule,
            "export": export,
            "table": table,
            "url": links.file_url(export),
            "start": export.filters.get("start"),
            "end": export.filters.get("end"),
        }
        try:
            sending.send(
                actions.address_of(schedule.member),
                subject,
                "rewards/schedules/mail",
                context,
                stop=links.stop_url(schedule),
            )
        except sending.NotSent as error:
            logger.warning("the mail about an export was not sent: %s", error)
            _not_sent(run, schedule, error)


@transaction.atomic
def _not_sent(run: Run, schedule: Schedule, error: sending.NotSent) -> None:
    if not error.surely:  # the answer was lost: it may have left, and nothing goes out twice
        Run.objects.filter(pk=run.pk).update(
            error=gettext_noop("The mail server did not answer; the mail may have left.")
        )
        return
    Run.objects.filter(pk=run.pk).update(mailed_at=None, state=State.WRITING, attempts=F("attempts") + 1)
    run.refresh_from_db()
    why = (
        gettext_noop("The mail server refused the mail.")
        if error.refused
        else gettext_noop("The mail could not be sent.")
    )
    if run.attempts >= TRIES or error.refused:
        _end(run, why)
        _tell(schedule, _FAILED, f"schedule:{schedule.pk}:failed:{run.pk}")
    else:
        Run.objects.filter(pk=run.pk).update(not_before=timezone.now() + WAITS[run.attempts - 1], error=why)


def _tell(schedule: Schedule, text: str, key: str) -> None:
    said = Sentence(text, {"table": schedule.name})
    notifications.notify(
        member=schedule.member, kind="notice", text=said, url="/admin/reports/schedules/", key=key[:80]
    )
