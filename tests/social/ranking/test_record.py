"""A round from prepared pairs to grains, its public record, and a stranger who computes it again."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from social.ranking import verify
from social.ranking.maths import record
from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import KEYS
from social.ranking.maths.promotion import Replay
from social.ranking.maths.rounds import Inputs, Rules, prepare
from social.ranking.maths.weights import Weights
from tests.social.ranking.simulate import Community

ROOT = Path(__file__).resolve().parents[3]
WIDE = len(KEYS)
MEMBERS, EACH = 30, 12


def inputs(champion=None, seed=1, strength=0.3, **rules):
    community = Community.made(seed=seed, strength=strength)
    asked, held = community.ask(MEMBERS, EACH, seed=seed + 1), community.ask(40, 8, seed=seed + 2)
    pairs, _, _ = prepare(asked.members, asked.groups, np.ones(len(asked)), asked.z)
    validation, _, _ = prepare(held.members, held.groups, np.ones(len(held)), held.z, first=MEMBERS)
    return Inputs(
        version=4,
        parent=3,
        champion=champion or Weights(np.zeros(WIDE)),
        groups=("many", "few"),
        rules=Rules(**({"lam": 10.0, "budget": 10**12, "rate": 5_000} | rules)),
        examples=pairs,
        validation=validation,
        names=tuple(f"0x{number:040x}" for number in range(MEMBERS)),
        items=(8,) * MEMBERS,
        carried=(0, -(10**9), *(0,) * (MEMBERS - 2)),
        replay=Replay(0.3, 0.31, 0.01, 400),
        ids="ab" * 32,
    )


@pytest.fixture(scope="module")
def closed():
    return record.close(inputs())


@pytest.fixture
def place(closed, tmp_path):
    record.write(tmp_path / "round-4", closed[0])
    return tmp_path / "round-4"


def test_a_round_pays_what_was_gained(closed):
    whole, outcome = closed
    assert outcome.verdict.promote
    assert 0 < whole.result.pool == 5_000 * outcome.gain.lower_nano < 10**12
    assert sum(whole.grains) + whole.result.left == whole.result.pool
    assert (outcome.member_values.sum() / 1e12) == pytest.approx(outcome.utility, rel=1e-4)
    assert whole.inputs.challenger(outcome.table).of("few").tolist() == (outcome.table[0] + outcome.table[2]).tolist()


def test_what_is_not_promoted_is_not_paid():
    """The same gain over the same champion would otherwise be paid again in every round."""
    _, outcome = record.close(inputs(min_members=41))
    assert outcome.verdict.reasons == ("too-few-members",)
    assert outcome.gain.lower > 0
    assert outcome.shares.pool == sum(outcome.shares.grains) == 0


def test_with_nothing_left_to_learn_hardly_anything_is_paid(closed):
    _, outcome = record.close(inputs(closed[0].inputs.challenger(closed[1].table)))
    assert outcome.shares.pool <= 0.01 * closed[0].result.pool


def test_written_and_read_is_the_same(closed, place):
    again = record.read(place)
    assert sorted(path.name for path in place.iterdir()) == sorted(record.FILES)
    assert again.snapshot == closed[0].snapshot == record.digest(place)
    assert again.grains == closed[0].grains and again.member_values == closed[0].member_values
    assert again.values.tolist() == closed[0].values.tolist()
    assert again.inputs.examples.z.tobytes() == closed[0].inputs.examples.z.tobytes()
    assert again.inputs.rules == closed[0].inputs.rules and again.inputs.replay == closed[0].inputs.replay
    assert again.result.table.tobytes() == closed[0].result.table.tobytes()
    assert replace(again.result, table=None) == replace(closed[0].result, table=None)


def test_the_same_snapshot_gives_the_same_files(closed, place, tmp_path):
    record.write(tmp_path / "again", record.close(inputs())[0])
    for name in record.FILES:
        assert (place / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_order_in_which_examples_came_does_not_show():
    asked = Community.made(seed=1).ask(10, 5, seed=2)
    order = np.random.default_rng(3).permutation(len(asked))
    first, places, who = prepare(asked.members, asked.groups, np.ones(len(asked)), asked.z)
    again, _, _ = prepare(asked.members[order], asked.groups[order], np.ones(len(asked)), asked.z[order])
    assert first.z.tobytes() == again.z.tobytes() and first.members.tolist() == again.members.tolist()
    assert np.array_equal(np.round(asked.z[places], 6), first.z) and who.tolist() == list(range(10))
    doubled = [np.concatenate((part, part)) for part in (asked.members, asked.groups, np.ones(len(asked)), asked.z)]
    assert len(prepare(*doubled)[0]) == len(first)


def test_a_stranger_computes_the_same_without_django(place):
    code = (
        "import sys; from social.ranking.verify import main; code = main(sys.argv[1:]);"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules); sys.exit(code)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(place)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert len(lines) == 10 and all(line.startswith("ok ") for line in lines)


def test_no_post_no_handle_no_time_is_published(place):
    columns = (place / "examples.csv").read_text().splitlines()[0].split(",")
    assert columns == ["member", "group", "weight", *KEYS]


def edit(path, change):
    path.write_text(change(path.read_text()))


def raise_first_grains(text):
    head, first, *rest = text.splitlines()
    parts = first.split(",")
    return "\n".join([head, ",".join([*parts[:-1], str(int(parts[-1]) + 1)]), *rest]) + "\n"


def change_json(**changes):
    return lambda text: json.dumps(json.loads(text) | changes)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("members.csv", raise_first_grains, "grains paid: members.csv:2"),
        ("members.csv", lambda text: text.replace(",0,8,", ",0,7,", 1), "members.csv:2"),
        ("values.csv", lambda text: text.replace("\n0,", "\n0,1", 1), "values.csv:2"),
        ("result.json", change_json(pool=1), "result.json says 1"),
        ("result.json", change_json(utility=5), "DIFFERS values add up"),
        ("result.json", change_json(theta=[0.0] * WIDE), "DIFFERS weights learned"),
        ("result.json", lambda text: text.replace('"promote":true', '"promote":false'), "it should be promoted"),
        ("result.json", lambda text: text.replace('"mean":', '"mean":1'), "here mean"),
        ("result.json", lambda text: text.replace('"members":40', '"members":41'), "members 40"),
        ("examples.csv", lambda text: text[: text.rstrip().rfind("\n") + 1], "must number"),
        ("validation.csv", lambda text: text.replace(",1.0,", ",0.5,", 1), "DIFFERS snapshot"),
        ("round.json", lambda text: text.replace('"rate":5000', '"rate":5001'), "DIFFERS pool of"),
    ],
)
def test_a_changed_record_is_found(place, capsys, name, change, told):
    edit(place / name, change)
    assert verify.main([str(place)]) == 1
    said = capsys.readouterr()
    assert told in said.out + said.err


@pytest.mark.parametrize("name", record.FILES)
def test_a_cut_off_or_missing_file_is_named(place, capsys, name):
    whole = (place / name).read_bytes()
    for size in (0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 2):
        (place / name).write_bytes(whole[:size])
        assert verify.main([str(place)]) == 1
        assert name in capsys.readouterr().err.splitlines()[-1]
    (place / name).unlink()
    assert verify.main([str(place)]) == 1
    assert capsys.readouterr().err == f"{name}:1: is missing\n"


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("examples.csv", "\n0,", "\nzero,", "examples.csv:2: member must be a whole number"),
        ("examples.csv", ",1.0,", ",nan,", "examples.csv:2: weight must be a decimal number"),
        ("examples.csv", ",1.0,", ",-1.0,", "examples.csv:2: a weight is negative"),
        ("examples.csv", ",1.0,", ",1_0,", "examples.csv:2: weight must be"),
        ("examples.csv", ",1.0,", ",1e999,", "examples.csv:2: a number is too large"),
        ("examples.csv", ",1.0,", ",1.0,,", "examples.csv:2: expected 32 fields, found 33"),
        ("examples.csv", "\n1,", "\n0,", "examples.csv:14: rows must ascend"),
        ("examples.csv", "\n0,", "\n90,", "examples.csv:3: rows must ascend"),
        ("examples.csv", "recency", "recent", "examples.csv:1: the header"),
        ("examples.csv", "\n0,", "\n0\u00e9,", "examples.csv:2: only plain ASCII"),
        ("validation.csv", "\n30,", "\n29,", "validator is among those who trained"),
        ("validation.csv", "\n30,1,", "\n30,2,", "group that is not listed"),
        ("members.csv", ",8,", ",13,", "Member 0 has 13 items and 12 examples"),
        ("members.csv", "\n1,", "\n2,", "members.csv:3: members are numbered"),
        ("members.csv", "\n1,0x", "\n1,=x", "members.csv:3: must be member"),
        ("values.csv", "\n5,", "\n6,", "values.csv:1: must number"),
        ("values.csv", "\n5,", "\n5.0,", "values.csv:7: example must be"),
        ("round.json", '"lam":10.0', '"lam":NaN', "round.json"),
        ("round.json", '"lam":10.0', '"lam":1e999', "lam is too large"),
        ("round.json", '"lam":10.0', '"lam":0', "λ must be above zero"),
        ("round.json", '"nodes":16', '"nodes":true', "nodes is not of the right kind"),
        ("round.json", '"nodes":16', '"nodes":99999', "nodes must be 1 to 64"),
        ("round.json", '"format":1', '"format":3', "format 3"),
        ("round.json", '"recency"', '"recent"', "features_version"),
        ("round.json", '"version":4', '"versions":4', "exactly the keys"),
        ("champion.json", "0.0", "0.5", "champion.json:1: The model does not have the checksum"),
        ("result.json", '"few"', '"fewer"', "offsets must be"),
        ("result.json", '"theta":[', '"theta":[1e999,', "weights must be 29 numbers"),
        ("result.json", '"lower":', '"lower":9' + "9" * 40, "lower is too large"),
    ],
)  # fmt: skip
def test_an_ill_formed_file_is_told_by_file_and_row(place, capsys, name, old, new, told):
    assert old in (place / name).read_text()
    edit(place / name, lambda text: text.replace(old, new, 1))
    assert verify.main([str(place)]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_forged_snapshot_is_found(place, capsys):
    edit(place / "round.json", change_json(snapshot=hashlib.sha256(b"").hexdigest()))
    assert verify.main([str(place)]) == 1
    assert "DIFFERS snapshot" in capsys.readouterr().out


def test_no_folder(tmp_path, capsys):
    assert verify.main([str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.endswith("is not a directory\n")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"names": ("a",)}, "wrong-shape"),
        ({"names": ("a",), "items": (1,), "carried": (0,)}, "unknown-member"),
        ({"items": (13,) + (0,) * (MEMBERS - 1)}, "too-many-items"),
        ({"items": (-1,) + (0,) * (MEMBERS - 1)}, "too-many-items"),
        ({"groups": ("many",)}, "unknown-group"),
        ({"carried": (5,) + (0,) * (MEMBERS - 1)}, "negative-amount"),
    ],
)
def test_inputs_that_no_round_has(change, code):
    with pytest.raises(RankingError) as refused:
        record.close(replace(inputs(), **change))
    assert refused.value.code == code


def test_a_round_needs_validators_and_names_that_can_be_written(closed, tmp_path):
    whole = inputs()
    nobody, _, _ = prepare([], [], [], np.zeros((0, WIDE)))
    with pytest.raises(RankingError) as refused:
        record.close(replace(whole, validation=nobody))
    assert refused.value.code == "no-validation"
    forged = replace(closed[0], inputs=replace(closed[0].inputs, names=("=cmd",) + closed[0].inputs.names[1:]))
    with pytest.raises(RankingError, match="name"):
        record.write(tmp_path / "bad", forged)
    assert not (tmp_path / "bad" / "result.json").exists()
