"""``manage.py export_report``: a table of the reports into a file."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metya.web.errors import ActionError
from rewards.reports import exporting
from rewards.reports.datasets import DATASETS, Wanted
from rewards.reports.models import Format


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a date like 2026-01-31.") from error


class Command(BaseCommand):
    help = (
        "Write a table into a file, as the export page of the reports does. Days are UTC and both in it. The file appears when "
        "it is whole; an older one of that name is replaced. What was exported, how many rows and the SHA-256 are logged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help=", ".join(DATASETS))
        parser.add_argument("--format", choices=Format.values, default="csv")
        parser.add_argument(
            "--from", dest="start", metavar="DAY", help="first day, like 2026-01-31; without: from the first"
        )
        parser.add_argument("--to", dest="end", metavar="DAY", help="last day; without: to the last")
        parser.add_argument("--only", default="", metavar="VALUE", help="of one kind or state, such as like or claimed")
        parser.add_argument("--people", action="store_true", help="without machine accounts")
        parser.add_argument("--personal", action="store_true", help="with handles, wallets and public texts")
        parser.add_argument("--out", required=True, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        start, end = (_day(options[name]) if options[name] else None for name in ("start", "end"))
        wanted = Wanted(start, end, options["people"], options["only"])
        path = Path(options["out"])
        if not path.parent.is_dir():
            raise CommandError(f"The folder {path.parent} does not exist.")
        if path.is_dir():
            raise CommandError(f"{path} is a folder; --out names a file.")
        try:
            export = exporting.run_command(
                name=options["name"],
                format=options["format"],
                wanted=wanted,
                personal=options["personal"],
                path=path,
            )
        except ActionError as error:
            raise CommandError(_help(options["name"]) or error.message) from error
        except OSError as error:
            raise CommandError(
                f"{path} was not written ({error.strerror or error}). Nothing was kept of it."
            ) from error
        self.stdout.write(f"{export.rows:,} rows, {export.size:,} bytes, SHA-256 {export.sha256}: {path}")


def _help(name: str) -> str:
    return "" if name in DATASETS else f"{name!r} is not a table. Tables: {', '.join(DATASETS)}."
