"""Fills an empty database with the demo community and its past epochs."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from metya.wallets.models import Member
from rewards.demo import history, schedule, teaching
from rewards.reports.jobs import count_today
from social.demo import aftermath, bell, community, letters, planting, trained
from social.trends import actions as trends

RANGES = {
    "members": (community.LEAST_MEMBERS, community.MOST_MEMBERS),
    "posts": (community.LEAST_POSTS, community.MOST_POSTS),
    "days": (community.LEAST_DAYS, community.MOST_DAYS),
    "seed": (0, 2**31 - 1),
}


class Command(BaseCommand):
    help = (
        "The demo community: members with derived wallets, posts, threads, pictures, ties, and every past epoch closed, "
        "computed, reviewed by two people and published, but for yesterday's, which waits as a draft so that both reviewers' "
        "steps can be tried. The same seed gives the same community."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=200)
        parser.add_argument("--posts", type=int, default=2000, help="reposts included")
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--force", action="store_true", help="also beside members who are there already")

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse(options)
        self.begin = time.monotonic()
        made = community.make(
            members=options["members"],
            posts=options["posts"],
            days=options["days"],
            seed=options["seed"],
            now=timezone.now(),
        )
        taken = Member.objects.filter(handle__in=[person.handle for person in made.people])
        if names := sorted(taken.values_list("handle", flat=True))[:5]:
            raise CommandError(f"These handles are taken already: {', '.join(names)}. Nothing was written.")
        # Cut off before this is through, the database is as empty as before and the command can be run again.
        with transaction.atomic():
            planted = planting.plant(made, self._say)
            aftermath.add(planted)
            letters.write(planted)
            history.past(planted, self._say)
            trends.count_trends()
        # Rounds keep their records on disk, so each is stored by itself.
        trained.add(planted, self._say)
        teaching.pay(planted, self._say)
        self._say(history.publish())
        with transaction.atomic():
            history.date_back(made.now)
            if settings.SENDS_MAIL:
                schedule.plan()
            self._say(f"{bell.ring(planted, history.notices()):,} notifications")
        count_today.enqueue()
        self._say("done")

    def _refuse(self, options: dict[str, Any]) -> None:
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError(
                "The demo community belongs on a demo site (DEMO=1), where its well-known keys are harmless."
            )
        for name, (low, high) in RANGES.items():
            if not low <= options[name] <= high:
                raise CommandError(f"--{name} {options[name]}: from {low} to {high}.")
        if not options["force"] and Member.objects.exists():
            raise CommandError("There are members already. Start with an empty database, or add --force.")

    def _say(self, text: str) -> None:
        self.stdout.write(f"demo: {time.monotonic() - self.begin:5.1f} s  {text}")
        self.stdout.flush()
