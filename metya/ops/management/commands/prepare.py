"""Brings a site to the state in which it can be served; safe to run at every start."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from metya.ops import garbage
from metya.wallets.models import Member


class Command(BaseCommand):
    help = (
        "Tables, static files, contracts (where a chain answers) and, with --demo in an empty database, the community."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty database with the demo community")

    def handle(self, *args: Any, **options: Any) -> None:
        # Migrations and the demo make much that stays: without this a fifth of their time went into looking at it.
        garbage.settle()
        self._tables()
        self._static_files()
        if settings.CHAIN_RPC_URL and settings.CHAIN_ID == settings.DEVELOPMENT_CHAIN_ID:
            self._run("deploy_contracts")
        if options["demo"] and not Member.objects.exists():
            self.stdout.write("metya: making the demo community (once; about a minute) …")
            self.stdout.flush()
            self._run("seed_demo")

    def _run(self, name: str) -> None:
        if name in get_commands():
            call_command(name, stdout=self.stdout, stderr=self.stderr)

    def _tables(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)

    def _static_files(self) -> None:
        """Collect and compress only when a source file changed: compressing takes seconds."""
        if settings.DEBUG:
            return
        digest = hashlib.sha256()
        for path in sorted(Path(settings.STATICFILES_DIRS[0]).rglob("*")):
            if path.is_file():
                digest.update(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}\n".encode())
        mark = Path(settings.STATIC_ROOT) / ".collected"
        if mark.exists() and mark.read_text() == digest.hexdigest():
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        mark.write_text(digest.hexdigest())
