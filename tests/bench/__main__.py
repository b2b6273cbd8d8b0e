"""`make bench`: runs every bench module, prints one table beside the marks and writes bench/results.json.

python -m tests.bench [NAME …]      only the modules whose names contain NAME
"""

import importlib
import json
import math
import pkgutil
import sys
import time
import traceback
from pathlib import Path

import tests.bench
from tests.bench.measure import Row, row

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = f"{'what':58} {'value':>12} {'unit':10} {'mark':>10}  "


def modules() -> list[str]:
    """The names of the modules with a ``run``, which are those of two words."""
    return [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if "_" in module.name.strip("_")]


def main(wanted: list[str]) -> int:
    """Run, print, write. One that breaks is told and does not take the others' figures along; then the exit code is 1."""
    rows: list[Row] = []
    broken = 0
    for name in modules():
        if wanted and not any(part in name for part in wanted):
            continue
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            found = importlib.import_module(f"tests.bench.{name}").run()
        except Exception as error:
            traceback.print_exc()
            words = (str(error) or type(error).__name__).strip().splitlines()[-1]
            found, broken = [row(f"{name} broke", math.nan, "", note=words[:200])], broken + 1
        rows += [{"bench": name, **one} for one in found]
    print(HEAD, *map(_line, rows), sep="\n")
    _write(rows)
    return 1 if broken else 0


def _line(one: Row) -> str:
    verdict = {True: "ok", False: "MISSED", None: ""}[one["ok"]]
    name, value = one["name"][:58], "—" if math.isnan(one["value"]) else f"{one['value']:.6g}"
    return f"{name:58} {value:>12} {one['unit']:10} {one['mark']:>10}  {verdict} {one['note']}".rstrip()


def _write(rows: list[Row]) -> None:
    """What was not measured is null: JSON knows no NaN."""
    target = ROOT / "bench" / "results.json"
    target.parent.mkdir(exist_ok=True)
    clean = [one | {"value": None if math.isnan(one["value"]) else float(one["value"])} for one in rows]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    target.write_text(json.dumps({"at": at, "rows": clean}, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
