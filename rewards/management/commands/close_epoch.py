"""Closing epochs by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from metya.web.errors import ActionError
from rewards.engine import EngineError
from rewards.epochs import actions, calendar
from rewards.epochs.models import Epoch, EpochState

GRAIN = 10**9


class Command(BaseCommand):
    help = (
        "Closes an epoch whose day is over, computes it and prepares its batch for review. Without options every epoch that "
        "is due. Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--epoch", type=int, metavar="N", help="this epoch only")
        which.add_argument("--through", type=int, metavar="N", help="every epoch up to and with N")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        current = actions.open_epochs_until(now)
        if current is None:
            raise CommandError("There is no epoch yet: GENESIS_DATE lies in the future.", returncode=2)
        wanted = options["epoch"] if options["epoch"] is not None else options["through"]
        if wanted is not None:
            self._refuse_what_cannot_be(wanted, current)
        for number in self._numbers(options, current):
            self._advance(Epoch.objects.get(pk=number), alone=options["epoch"] is not None)

    def _refuse_what_cannot_be(self, number: int, current: int) -> None:
        if number < 0:
            raise CommandError(f"There is no epoch {number}; they are counted from 0.", returncode=2)
        if number > current:
            raise CommandError(
                f"Epoch {number} has not begun: {calendar.day_of(number)} UTC. Today is epoch {current}.", returncode=2
            )
        epoch = Epoch.objects.get(pk=number)
        closable = epoch.ends_at + calendar.GRACE
        if epoch.state == EpochState.OPEN and timezone.now() < closable:
            raise CommandError(
                f"Epoch {number} is still open; it can be closed from {closable:%Y-%m-%d %H:%M} UTC on.", returncode=2
            )

    def _numbers(self, options: dict[str, Any], current: int) -> list[int]:
        if options["epoch"] is not None:
            return [options["epoch"]]
        last = options["through"] if options["through"] is not None else current
        over = Epoch.objects.unfinished().filter(number__lte=last, ends_at__lte=timezone.now() - calendar.GRACE)
        numbers = list(over.values_list("number", flat=True))
        if not numbers:
            self.stdout.write("nothing to close: every epoch that is over is closed already")
        return numbers

    def _advance(self, epoch: Epoch, *, alone: bool) -> None:
        before = epoch.state
        try:
            epoch = actions.advance(epoch)
        except ActionError as refusal:
            hint = (
                f" (close_epoch --through {epoch.number} closes all of them)" if refusal.code == "out-of-order" else ""
            )
            raise CommandError(refusal.message + hint, returncode=1) from refusal
        except OSError as fault:
            raise CommandError(
                f"Epoch {epoch.number}: its files cannot be written or read: {fault}. Mend that and run this again.",
                returncode=1,
            ) from fault
        except EngineError as fault:
            raise CommandError(f"Epoch {epoch.number} cannot be computed: {fault}", returncode=1) from fault
        epoch.refresh_from_db()
        done = before not in (EpochState.OPEN, EpochState.CLOSED, EpochState.SCORED, EpochState.ATTESTED)
        if done and alone:
            self.stdout.write(f"epoch {epoch.number} was closed already; it is {epoch.get_state_display()}")
        self.stdout.write(
            f"epoch {epoch.number}: {epoch.get_state_display()}, pool {epoch.pool / GRAIN:,.2f} MET, "
            f"{epoch.members_paid} paid, carried {epoch.carry_out / GRAIN:,.2f} MET\n"
            f"  inputs root {epoch.inputs_root}\n  result root {epoch.result_root}"
        )
