"""`python -m tests.browser.tomorrow COMMAND …`: a management command as it would run a day from now."""

import sys
from datetime import timedelta

import django
from django.utils import timezone

_now = timezone.now
timezone.now = lambda: _now() + timedelta(days=1)
django.setup()

from django.core.management import call_command  # noqa: E402

if __name__ == "__main__":
    call_command(*sys.argv[1:])
