"""Training the community's model by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from social.ranking.maths.errors import RankingError
from social.training import running, versions
from social.training.computing import NothingToLearn
from social.training.models import Mode, Round, RoundState
from social.training.words import error_of, reason_of


class Command(BaseCommand):
    help = (
        "Trains the community's model on the examples whose members allow it, and takes the new version into use if it is surely "
        "better. Without options only where something changed since the last round."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--now", action="store_true", help="also where nothing changed since the last round")
        how.add_argument("--dry-run", action="store_true", help="compute and tell; store nothing, promote nothing")

    def handle(self, *args: Any, now: bool, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._tell()
            return
        if versions.mode() == Mode.STOPPED:
            raise CommandError("training is stopped; an administrator can switch it on in the admin", returncode=1)
        one = running.train(fresh=now)
        if one is None:
            self._why_none()
            return
        if one.state == RoundState.FAILED:
            raise CommandError(f"round {one.number} failed: {error_of(one.error)}", returncode=1)
        if one.state == RoundState.NOTHING:
            self.stdout.write(f"round {one.number}: {error_of(one.error)}")
            return
        self.stdout.write(
            f"round {one.number}: {one.examples} examples of {one.members} members, gain {one.gain:.6f} "
            f"({one.gain_low:.6f} to {one.gain_high:.6f}), {_became(one)}\n"
            f"  snapshot {one.snapshot}\n  record   {one.record_sha256}"
        )

    def _why_none(self) -> None:
        if voting := Round.objects.voting().first():
            raise CommandError(
                f"members vote on round {voting.number} until {voting.votes_until:%Y-%m-%d %H:%M} UTC; no round begins before",
                returncode=1,
            )
        if Round.objects.running().exists():
            raise CommandError("another round is running; look again when it is over", returncode=1)
        self.stdout.write("nothing changed since the last round; --now trains all the same")

    def _tell(self) -> None:
        last = Round.objects.latest_first().first()
        try:
            result = running.computed((last.number if last else 0) + 1).result
        except NothingToLearn as nothing:
            self.stdout.write(f"dry run: {error_of(nothing.code)}")
            return
        except RankingError as error:
            raise CommandError(f"dry run: {error}", returncode=1) from error
        gain, verdict = result.outcome.gain, result.outcome.verdict
        what = "would be promoted" if result.promote else "would not be promoted"
        why = "; ".join(map(reason_of, (*verdict.reasons, *(["captured"] if result.capture.alarm else []))))
        self.stdout.write(
            f"dry run: {len(result.examples)} examples of {len(result.members)} members, gain {gain.mean:.6f} "
            f"({gain.lower:.6f} to {gain.upper:.6f}), {what}{f': {why}' if why else ''}"
        )


def _became(one: Round) -> str:
    if one.state == RoundState.VOTING:
        return "up for a vote"
    if one.verdict["promote"]:
        return "promoted"
    return "not promoted: " + "; ".join(map(reason_of, one.verdict["reasons"]))
