"""Turns a file of edges into members and interactions, so that a real trust network runs through the whole pipeline."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rewards.demo import history
from rewards.epochs import calendar
from social.demo.edges import BadEdges, read_edges
from social.demo.graph import load

MOST_DAYS = 366


class Command(BaseCommand):
    help = (
        "Members and interactions from an edge list: SNAP (# comments, then 'u v' a line) or CSV (source,target,weight,time). "
        "Weights give the number and kinds of interactions, negative ones are left out; times are rescaled to the window. "
        "The same file adds nothing a second time; the same account in another file is the same member."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--limit", type=int, help="read only so many edges")
        parser.add_argument("--days", type=int, default=28, help="spread over so many days before now (default 28)")
        parser.add_argument(
            "--yes", action="store_true", help="also where the site is no demo: the members are not people"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or settings.DEMO or options["yes"]):
            raise CommandError("This site is no demo (DEMO=1). Invented members among real ones need --yes.")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError(f"--limit {options['limit']}: at least 1.")
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days {options['days']}: from 1 to {MOST_DAYS}.")
        begin = time.monotonic()
        try:
            edges = read_edges(options["file"], options["limit"])
        except BadEdges as error:
            raise CommandError(f"{error}. Nothing was written.") from error
        left_out = f"{edges.not_positive:,} without a positive weight and {edges.loops:,} to itself left out"
        self.stdout.write(f"{options['file'].name}: {len(edges.edges):,} edges, {left_out}")
        self.stdout.flush()
        now = timezone.now()
        done = load(edges, days=options["days"], now=now, name=options["file"].name)
        if done.already:
            wanted = "" if done.already == len(edges.edges) else f", now {len(edges.edges):,} were asked for"
            self.stdout.write(
                f"This file was loaded before ({done.already:,} edges{wanted}); a file is loaded once, nothing was added."
            )
            return
        seconds = time.monotonic() - begin
        self.stdout.write(
            f"{done.members:,} new members, {done.interactions:,} interactions, of them {done.follows:,} follows, "
            f"in {seconds:.1f} s"
        )
        # On a new site the days of the graph become epochs, so that the pipeline has something to run over.
        if history.begin(now - timedelta(days=options["days"])):
            self.stdout.write(
                f"Epoch 0 is {calendar.day_of(0)}; `manage.py close_epoch` computes every day that is over."
            )
