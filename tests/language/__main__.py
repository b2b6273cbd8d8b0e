"""``make messages``: brings the catalogues up to date, compiles them, and lists what waits for a translation.

    python -m tests.language [--check]

Exit code 1 while something is not translated. ``--check`` changes nothing.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.language import catalogue, extract  # noqa: E402


def main() -> int:
    texts = extract.everything()
    waiting = 0
    for path in catalogue.catalogues():
        name = path.relative_to(extract.ROOT)
        if "--check" not in sys.argv:
            changes = catalogue.update(path, texts)
            print(f"{name}: {len(changes.added)} new, {len(changes.dropped)} gone, {len(texts)} in all")
        faults = catalogue.faults(path, texts)
        waiting += len(faults)
        for fault in faults:
            print(f"  {fault}")
    if "--check" not in sys.argv:
        catalogue.compile_all()
    print("Nothing is missing." if not waiting else f"{waiting} to do; then run this again.")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
