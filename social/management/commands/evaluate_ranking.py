"""`manage.py evaluate_ranking FILE`: the published protocol on ratings that the operator has, beside the published rows."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from social.ranking.maths import ease, movielens
from social.ranking.maths.errors import RankingError


class Command(BaseCommand):
    help = "Measure the item neighbours of the feed on a file of ratings (MovieLens layouts) by the published protocol."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="u.data, ratings.dat or ratings.csv")
        parser.add_argument("--draws", type=int, default=5, help="how many random splits to average (5)")
        parser.add_argument("--strength", type=float, default=ease.LAMBDA, help="λ of EASE (%(default)g)")
        parser.add_argument("--at-least", type=float, help="count only ratings of so many stars; without it all count")

    def handle(
        self, *args: Any, file: Path, draws: int, strength: float, at_least: float | None, **options: Any
    ) -> None:
        if not 1 <= draws <= 100:
            raise CommandError("--draws must be from 1 to 100.")
        try:
            ratings = movielens.read(file)
            self.stdout.write(f"{len(ratings):,} ratings, mean of {draws} splits, first {movielens.PLACES} places")
            self.stdout.write(f"{'split':16} {'nDCG':>8} {'precision':>10} {'recall':>8} {'best published nDCG':>20}")
            for protocol in movielens.PROTOCOLS:
                found = movielens.evaluate(ratings, protocol, draws=draws, lam=strength, at_least=at_least)
                own = f"{found.ndcg:8.4f} {found.precision:10.4f} {found.recall:8.4f}"
                self.stdout.write(f"{protocol.name:16} {own} {protocol.published:20.4f}")
        except RankingError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The published rows are of MovieLens-100k; beside another file they say nothing.")
