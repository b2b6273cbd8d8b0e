"""Checking the public log of moderation, here or from a file that somebody downloaded."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from social.transparency import checking
from social.transparency.chain import Head


def _head(text: str) -> Head:
    number, _colon, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and re.fullmatch("[0-9a-f]{64}", digest)):
        raise ValueError(text)
    return Head(int(number), digest)


class Command(BaseCommand):
    help = "Computes the chain of the public log again; exit code 1 names the first entry that is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a downloaded log.jsonl instead of the database")
        parser.add_argument(
            "--head", type=_head, action="append", default=[], metavar="NUMBER:HASH",
            help="an entry and its hash as somebody noted them; may be given several times",
        )  # fmt: skip

    def handle(self, *args: Any, file: Path | None, head: list[Head], **options: Any) -> None:
        try:
            if file is None:
                found = checking.database(head)
            else:
                with file.open(encoding="utf-8") as texts:
                    found = checking.file(texts, head)
        except (OSError, ValueError) as error:
            raise CommandError(f"the log cannot be read: {error}", returncode=1) from error
        if found.wrong:
            raise CommandError(f"the log is broken: {found.wrong} ({found.count} entries before it hold)", returncode=1)
        self.stdout.write(f"log: {found.count} entries are one unbroken chain, its end is {found.head}")
