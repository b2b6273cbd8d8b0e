"""The frame of `make bench`: it finishes whatever happens, and its README names every module."""

import json
import math
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.measure import row


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder for the results, and two modules: one that measures, one that breaks."""

    class Fine:
        @staticmethod
        def run():
            return [
                row("quick", 3, "ms", most=5, note="as hoped"),
                row("slow", 9.25, "ms", most=5),
                row("absent", math.nan, "ms", note="not measured: nothing at hand"),
            ]

    class Broken:
        @staticmethod
        def run():
            raise RuntimeError("no room\nleft on the disk")

    found = {"tests.bench.a_fine": Fine, "tests.bench.b_broken": Broken}
    monkeypatch.setattr(bench, "modules", lambda: ["b_broken", "a_fine"])
    monkeypatch.setattr(bench.importlib, "import_module", found.__getitem__)
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    return tmp_path


def test_the_table_shows_marks_and_what_was_missed(place, capsys):
    assert bench.main(["fine"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "what value unit mark",
        "quick 3 ms ≤ 5 ok as hoped",
        "slow 9.25 ms ≤ 5 MISSED",
        "absent — ms not measured: nothing at hand",
    ]


def test_one_that_breaks_is_told_and_the_others_go_on(place, capsys):
    assert bench.main([]) == 1
    out = capsys.readouterr().out
    assert "b_broken broke" in out
    assert "left on the disk" in out
    assert "quick" in out


def test_the_results_are_json_for_everybody(place):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    bench.main([])
    found = json.loads((place / "bench" / "results.json").read_text(), parse_constant=refuse)
    rows = {one["name"]: one for one in found["rows"]}
    assert rows["absent"]["value"] is None
    assert (rows["slow"]["value"], rows["slow"]["mark"], rows["slow"]["ok"]) == (9.25, "≤ 5", False)
    assert rows["quick"]["bench"] == "a_fine"


def test_the_readme_names_every_module():
    text = (Path(bench.__file__).parent / "README.md").read_text()
    assert [name for name in bench.modules() if f"| `{name}` |" not in text] == []
