"""Reading and writing the seven files: each broken rule has its file, line and reason."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from rewards.engine import (
    INPUT_FILES,
    Balances,
    Earnings,
    Epoch,
    InputError,
    Interactions,
    as_wallets,
    inputs_root,
    read_inputs,
    text,
    write_inputs,
)
from tests.rewards.engine import build, oracle
from tests.rewards.engine.build import CLOSE, Case

A, B, C = sorted(build.wallets(3))
INTERACTIONS = "source,target,kind,epoch,count\n"
GOOD = {
    "wallets.csv": f"wallet\n{A}\n{B}\n{C}\n",
    "interactions.csv": INTERACTIONS + "0,1,follow,40,1\n0,1,like,39,2\n0,1,like,40,3\n1,2,tip,40,1\n2,0,like,13,1\n",
    "seeds.csv": f"wallet\n{A}\n",
    "balances.csv": f"wallet,cumulative,owed,held\n{A},10,0,0\n{C},0,7,1\n",
    "earnings.csv": f"wallet,source,amount\n{A},node,5\n{A},sponsor,1\n{B},node,9\n",
    "params.json": json.dumps(build.PARAMS.to_json(), sort_keys=True, separators=(",", ":")),
    "epoch.json": '{"carry":0,"epoch":40,"released_this_year":0}',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in GOOD.items():
        (tmp_path / name).write_bytes(content.encode())
    return tmp_path


def refuses(folder: Path, file: str, raw: bytes | str, line: int, reason: str) -> None:
    (folder / file).write_bytes(raw.encode() if isinstance(raw, str) else raw)
    with pytest.raises(InputError) as refused:
        read_inputs(folder)
    assert str(refused.value).startswith(f"{file}:{line}: "), refused.value
    assert reason in refused.value.reason, refused.value


def test_the_good_example_is_read(folder: Path) -> None:
    inputs = read_inputs(folder)
    assert inputs.wallets.tolist() == [A.encode(), B.encode(), C.encode()]
    assert inputs.interactions.count.tolist() == [1, 2, 3, 1, 1]
    assert [build.PARAMS.kind_names[code] for code in inputs.interactions.kind] == [
        "follow",
        "like",
        "like",
        "tip",
        "like",
    ]
    assert inputs.seeds.tolist() == [0]
    assert inputs.balances.owed.tolist() == [0, 7]
    assert inputs.earnings.amount.tolist() == [5, 1, 9]
    assert inputs.epoch == Epoch(40, 0, 0)
    assert inputs.params == build.PARAMS
    assert inputs.root == oracle.inputs_root(folder)


@pytest.mark.parametrize("file", INPUT_FILES)
def test_every_file_counts_in_the_root(folder: Path, file: str) -> None:
    before = inputs_root(folder)
    (folder / file).write_bytes((folder / file).read_bytes() + b" ")
    assert inputs_root(folder) != before


@pytest.mark.parametrize("file", INPUT_FILES)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(FileNotFoundError, match=file):
        read_inputs(folder)


TABLES = [name for name in GOOD if name.endswith(".csv")]


@pytest.mark.parametrize("file", TABLES)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: "", "the header must be"),
        (lambda text: text.partition("\n")[2], "the header must be"),
        (lambda text: text.partition("\n")[0], "and a line end"),
        (lambda text: "\ufeff" + text, "the header must be"),
        (lambda text: text.replace("\n", "\r\n"), "the header must be"),
        (lambda text: " " + text, "the header must be"),
    ],
    ids=["empty", "no header", "header only, unended", "byte order mark", "carriage returns", "space"],
)
def test_a_wrong_header_is_refused(folder: Path, file: str, change: Callable[[str], str], reason: str) -> None:
    refuses(folder, file, change(GOOD[file]), 1, reason)


@pytest.mark.parametrize("file", TABLES)
@pytest.mark.parametrize("last", ["", "\n", "x", "x\n", "\0\n", ",,,,,\n", "ÿ\n", '"\n'])
def test_a_wrong_last_line_is_refused_with_its_line(folder: Path, file: str, last: str) -> None:
    raw = GOOD[file] + last if last else GOOD[file][:-1]
    line = GOOD[file].count("\n") + (1 if last else 0)
    (folder / file).write_bytes(raw.encode())
    with pytest.raises(InputError) as refused:
        read_inputs(folder)
    assert (refused.value.file, refused.value.line) == (file, line)


WALLET = "wallet must be 0x and 40 lower-case hex digits"


@pytest.mark.parametrize("wrong", [A.upper(), "0X" + A[2:], A[:-1], A + "0", A[2:], A[:-1] + "g", A[:-1] + " ", ""])
@pytest.mark.parametrize("file", ["wallets.csv", "seeds.csv"])
def test_a_wrong_wallet_is_refused(folder: Path, file: str, wrong: str) -> None:
    refuses(folder, file, f"wallet\n{wrong}\n", 2, WALLET)


@pytest.mark.parametrize(
    ("row", "line", "reason"),
    [
        ("0,1,like,40\n", 2, "expected 5 fields, found 4"),
        ("0,1,like,40,1,\n", 2, "expected 5 fields, found 6"),
        ("\n", 2, "expected 5 fields, found 1"),
        ("0,1,like,40,1\n0,1\n", 3, "expected 5 fields, found 2"),
        ("0,1,like,40,1\r\n", 2, "count must be a whole number"),
        ("3,1,like,40,1\n", 2, "source must be between 0 and 2"),
        ("0,3,like,40,1\n", 2, "target must be between 0 and 2"),
        ("-1,1,like,40,1\n", 2, "source must be a whole number"),
        ("00,1,like,40,1\n", 2, "source must be a whole number"),
        ("+0,1,like,40,1\n", 2, "source must be a whole number"),
        ("0,1,like,040,1\n", 2, "epoch must be a whole number"),
        ("0,1,like,40,01\n", 2, "count must be a whole number"),
        (" 0,1,like,40,1\n", 2, "source must be a whole number"),
        ("0,1,like,40.0,1\n", 2, "epoch must be a whole number"),
        ("0,1,like,4e1,1\n", 2, "epoch must be a whole number"),
        ("0,1,like,,1\n", 2, "epoch must be a whole number"),
        ("0,1,like,40,0\n", 2, "count must be between 1 and"),
        ("0,1,like,40,2147483648\n", 2, "count must be between 1 and"),
        ("0,1,like,40,99999999999999999999999\n", 2, "count must be between 1 and"),
        ("0,1,like,40," + "9" * 5000 + "\n", 2, "count must be between 1 and"),
        ("0,1,Like,40,1\n", 2, "unknown kind 'Like'"),
        ("0,1,likes,40,1\n", 2, "unknown kind 'likes'"),
        ("0,1,,40,1\n", 2, "unknown kind ''"),
        ('0,1,"like",40,1\n', 2, "unknown kind"),
        ("0,1,like,40,1\n0,1,like,40,1\n", 3, "repeats the row before"),
        ("0,1,like,40,1\n0,1,like,39,1\n", 3, "is not in order"),
        ("0,1,like,40,1\n0,1,follow,40,1\n", 3, "is not in order"),
        ("0,2,like,40,1\n0,1,like,40,1\n", 3, "is not in order"),
        ("1,0,like,40,1\n0,1,like,40,1\n", 3, "is not in order"),
        ("0,0,like,40,1\n", 2, "source and target are the same"),
        ("0,1,like,40,1\n1,1,like,40,1\n", 3, "source and target are the same"),
        ("0,1,like,12,1\n", 2, "outside the window, which is 13 to 40"),
        ("0,1,like,41,1\n", 2, "outside the window"),
        ("0,1,follow,39,1\n", 2, "a follow stands at the close"),
        ("0,1,follow,40,2\n", 2, "a follow counts 1"),
    ],
)
def test_a_wrong_interaction_is_refused(folder: Path, row: str, line: int, reason: str) -> None:
    refuses(folder, "interactions.csv", INTERACTIONS + row, line, reason)


@pytest.mark.parametrize(
    ("file", "rows", "line", "reason"),
    [
        ("wallets.csv", f"wallet\n{A}\n{C}\n{B}\n", 4, "is not in order"),
        ("wallets.csv", f"wallet\n{A}\n{A}\n{B}\n", 3, "repeats the row before"),
        ("seeds.csv", f"wallet\n{B}\n{A}\n", 3, "is not in order"),
        ("seeds.csv", f"wallet\n{A}\n{A}\n", 3, "repeats the row before"),
        ("seeds.csv", "wallet\n0x" + "f" * 40 + "\n", 2, "is not in wallets.csv"),
        ("seeds.csv", f"wallet\n{A}\n0x{'f' * 40}\n", 3, "is not in wallets.csv"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},1,1,1\n{A},1,1,1\n", 3, "is not in order"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},1,1,1\n{B},1,1,2\n", 3, "repeats the row before"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},1,1\n", 2, "expected 4 fields"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},-1,1,1\n", 2, "cumulative must be a whole number"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},1,{10**18 + 1},1\n", 2, "owed must be between 0"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{B},1,1,{2**64}\n", 2, "held must be between 0"),
        ("balances.csv", f"wallet,cumulative,owed,held\n{A[2:]},1,1,1\n", 2, WALLET),
        ("earnings.csv", f"wallet,source,amount\n{A},gift,1\n", 2, "unknown source 'gift'; known are licence, node"),
        ("earnings.csv", f"wallet,source,amount\n{A},node,0\n", 2, "amount must be between 1"),
        ("earnings.csv", f"wallet,source,amount\n{A},node,1\n{A},node,2\n", 3, "repeats the row before"),
        ("earnings.csv", f"wallet,source,amount\n{A},node,1\n{A},licence,2\n", 3, "is not in order"),
        ("earnings.csv", f"wallet,source,amount\n{B},node,1\n{A},node,2\n", 3, "is not in order"),
    ],
)
def test_a_wrong_row_is_refused(folder: Path, file: str, rows: str, line: int, reason: str) -> None:
    refuses(folder, file, rows, line, reason)


def test_a_wallet_nobody_uses_is_refused(folder: Path) -> None:
    (folder / "seeds.csv").write_text(f"wallet\n{B}\n")
    (folder / "interactions.csv").write_text(INTERACTIONS + "0,1,like,40,1\n")
    with pytest.raises(InputError, match="wallets.csv:4: the wallet is in neither"):
        read_inputs(folder)


def test_amounts_that_would_not_fit_together_are_refused(folder: Path) -> None:
    many = sorted(build.wallets(9))
    rows = "".join(f"{wallet},{10**18},0,0\n" for wallet in many)
    refuses(folder, "balances.csv", "wallet,cumulative,owed,held\n" + rows, 6, "cumulative adds up to more than")


def test_a_fault_deep_in_a_large_file_has_its_line(folder: Path) -> None:
    big = [f"{u},{v},tip,40,1\n" for u in range(900) for v in range(900) if u != v]
    names = sorted(build.wallets(900))
    (folder / "wallets.csv").write_text("wallet\n" + "".join(f"{name}\n" for name in names))
    (folder / "seeds.csv").write_text(f"wallet\n{names[0]}\n")
    (folder / "interactions.csv").write_text(INTERACTIONS + "".join(big))
    assert len(read_inputs(folder).interactions) == 900 * 899
    assert len("".join(big)) > 2 * 4 * 2**20, "more than two blocks of the reader"
    big[700_000] = big[700_000].replace("tip", "top")
    refuses(folder, "interactions.csv", INTERACTIONS + "".join(big), 700_002, "unknown kind 'top'")


def test_a_line_without_end_is_refused_before_it_fills_the_memory(folder: Path) -> None:
    refuses(folder, "seeds.csv", f"wallet\n{A}\n" + "0" * (3 << 20), 3, "the line is too long")


PARAMS = build.PARAMS.to_json()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hops": 0}, "hops must be between 1 and 8, not 0"),
        ({"hops": 9}, "hops must be between"),
        ({"hops": "3"}, "hops must be a whole number"),
        ({"hops": True}, "hops must be a whole number"),
        ({"hops": None}, "hops must be a whole number"),
        ({"restart": 64}, "restart must be between 1 and 63"),
        ({"restart": 0}, "restart must be between 1 and 63"),
        ({"outflow_limit": 0}, "outflow_limit must be between"),
        ({"pair_cap": 100_001}, "pair_cap must be between"),
        ({"window": 3}, "window must be between"),
        ({"member_cap_bp": 10_001}, "member_cap_bp must be between"),
        ({"minimum_payout": -1}, "minimum_payout must be between"),
        ({"activity_target": -1}, "activity_target must be between"),
        ({"splits": {**PARAMS["splits"], "nodes": 501}}, "splits must add up to 10000, not 10001"),
        ({"splits": {"influence": 10_000}}, "splits lacks nodes, training, treasury"),
        ({"splits": {**PARAMS["splits"], "owner": 0}}, "splits has unknown owner"),
        ({"splits": []}, "splits must be an object"),
        ({"splits": {**PARAMS["splits"], "nodes": -500, "training": 2_000}}, "splits.nodes must be between"),
        ({"kinds": {}}, "kinds must name between 1 and 32"),
        ({"kinds": []}, "kinds must be an object"),
        ({"kinds": {"like": 1}}, "kinds.like must be an object"),
        ({"kinds": {"like": {"limit": 1}}}, "kinds.like lacks points"),
        ({"kinds": {"like": {"limit": 0, "points": 1}}}, "kinds.like.limit must be between 1"),
        ({"kinds": {"like": {"limit": 1, "points": -1}}}, "kinds.like.points must be between 0"),
        ({"kinds": {"Like": {"limit": 1, "points": 1}}}, "is not a name"),
        ({"kinds": {"a,b": {"limit": 1, "points": 1}}}, "is not a name"),
        ({"kinds": {"": {"limit": 1, "points": 1}}}, "is not a name"),
        ({"alpha": 1}, "it has unknown alpha"),
        ({f"alpha{number}": 1 for number in range(9)}, "it has unknown alpha0, alpha1, alpha2, alpha3, alpha4 …"),
        ({"kinds": {"a\nb": 1}}, "kinds.a\\nb must be an object"),
    ],
)
def test_a_wrong_parameter_is_refused(folder: Path, change: dict, reason: str) -> None:
    text = json.dumps({**PARAMS, **change}, sort_keys=True, separators=(",", ":"))
    refuses(folder, "params.json", text, 1, reason)


def test_a_missing_parameter_is_named(folder: Path) -> None:
    rest = {key: value for key, value in PARAMS.items() if key != "window"}
    refuses(folder, "params.json", json.dumps(rest, sort_keys=True, separators=(",", ":")), 1, "it lacks window")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is not JSON"),
        (b"[]", "is not a JSON object"),
        (b"7", "is not a JSON object"),
        (b'{"carry":0', "is not JSON"),
        (b'{"carry":0,"epoch":40,"released_this_year":0}\n', "is not canonical"),
        (b'{"carry": 0,"epoch":40,"released_this_year":0}', "is not canonical"),
        (b'{"epoch":40,"carry":0,"released_this_year":0}', "is not canonical"),
        (b'{"carry":0,"carry":0,"epoch":40,"released_this_year":0}', "is not canonical"),
        (b'{"carry":-0,"epoch":40,"released_this_year":0}', "is not canonical"),
        (b'{"\\u0063arry":0,"epoch":40,"released_this_year":0}', "is not canonical"),
        (b'{"carry":0.0,"epoch":40,"released_this_year":0}', "0.0 is not a whole number"),
        (b'{"carry":1e3,"epoch":40,"released_this_year":0}', "1e3 is not a whole number"),
        (b'{"carry":NaN,"epoch":40,"released_this_year":0}', "NaN is not a whole number"),
        (b'{"carry":"0","epoch":40,"released_this_year":0}', "carry must be a whole number"),
        (b'{"carry":-1,"epoch":40,"released_this_year":0}', "carry must be between"),
        (b'{"carry":0,"epoch":-1,"released_this_year":0}', "epoch must be between"),
        (b'{"carry":0,"epoch":1000001,"released_this_year":0}', "epoch must be between"),
        (b'{"carry":0,"epoch":40}', "it lacks released_this_year"),
        (b'{"carry":0,"epoch":40,"released_this_year":41095890410958905}', "released_this_year must be between"),
        (b'{"carry":' + b"9" * 5000 + b',"epoch":40,"released_this_year":0}', "… has too many digits"),
        (b'{"carry":' + b"9" * 39 + b',"epoch":40,"released_this_year":0}', "carry must be between"),
        (b"[" * 100_000, "is "),
        (b'{"carry":' + b"[" * 900 + b"]" * 900 + b',"epoch":40,"released_this_year":0}', ""),
        (b'{"carry":"\\ud800","epoch":40,"released_this_year":0}', "holds half of a surrogate pair"),
        (b'{"carry":0,"epoch":40,"released_this_year":0,"\\ud800":0}', "holds half of a surrogate pair"),
        (b'{"\\u001b[2J":0,"carry":0,"epoch":40,"released_this_year":0}', "it has unknown \\x1b[2J"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_wrong_epoch_is_refused(folder: Path, raw: bytes, reason: str) -> None:
    refuses(folder, "epoch.json", raw, 1, reason)


def test_nothing_can_have_been_released_on_the_first_day_of_a_year(folder: Path) -> None:
    (folder / "interactions.csv").write_text(INTERACTIONS + "0,1,like,365,1\n0,2,like,365,1\n")
    (folder / "epoch.json").write_text('{"carry":0,"epoch":365,"released_this_year":0}')
    assert read_inputs(folder).epoch.number == 365
    refuses(folder, "epoch.json", '{"carry":0,"epoch":365,"released_this_year":1}', 1, "between 0 and 0")


@settings(max_examples=60, deadline=None)
@given(build.cases())
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, case: Case) -> None:
    folder = tmp_path_factory.mktemp("epoch")
    case.write(folder)
    inputs = read_inputs(folder)
    names = [wallet.decode() for wallet in inputs.wallets]
    rows = inputs.interactions
    columns = (rows.source, rows.target, rows.kind, rows.epoch, rows.count)
    assert {
        (names[u], names[v], case.params.kind_names[kind], day, count)
        for u, v, kind, day, count in zip(*(column.tolist() for column in columns), strict=True)
    } == {(case.wallets[u], case.wallets[v], *rest) for u, v, *rest in case.interactions}
    assert sorted(names[seed] for seed in inputs.seeds) == sorted(case.seeds)
    assert (inputs.params, inputs.epoch) == (case.params, case.epoch)
    held = zip(*(column.tolist() for column in (inputs.balances.cumulative, inputs.balances.held)), strict=True)
    assert list(held) == [(row[1], row[3]) for row in sorted(case.balances)]
    assert inputs.earnings.amount.tolist() == [row[2] for row in sorted(case.earnings)]


def test_the_example_is_written_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    rows = (
        (0, 1, "follow", 40, 1),
        (0, 1, "like", 39, 2),
        (0, 1, "like", 40, 3),
        (1, 2, "tip", 40, 1),
        (2, 0, "like", 13, 1),
    )
    case = Case(
        (A, B, C),
        rows,
        (A,),
        ((A, 10, 0, 0), (C, 0, 7, 1)),
        ((A, "node", 5), (A, "sponsor", 1), (B, "node", 9)),
    )
    case.write(tmp_path / "written")
    for name, content in GOOD.items():
        assert (tmp_path / "written" / name).read_text() == content
    assert sorted(path.name for path in (tmp_path / "written").iterdir()) == sorted(INPUT_FILES)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"interactions": ((0, 0, "like", CLOSE, 1),)}, "interactions.csv:2: source and target are the same"),
        ({"interactions": ((0, 9, "like", CLOSE, 1),)}, "interactions.csv:2: target must be between 0 and 2"),
        ({"interactions": ((-1, 1, "like", CLOSE, 1),)}, "interactions.csv:2: source must be between"),
        ({"interactions": ((0, 1, "like", CLOSE, 0),)}, "interactions.csv:2: count must be between"),
        ({"interactions": ((0, 1, "like", CLOSE, 2**31),)}, "interactions.csv:2: count must be between"),
        ({"interactions": ((0, 1, "like", CLOSE + 1, 1),)}, "interactions.csv:2: the epoch is outside the window"),
        ({"interactions": ((0, 1, "like", CLOSE, 1),) * 2}, "interactions.csv:3: the row repeats"),
        ({"balances": ((A, -1, 0, 0),)}, "balances.csv:2: cumulative must be between"),
        ({"balances": ((A, 1, 0, 0), (A, 1, 0, 0))}, "balances.csv:3: the row repeats"),
        ({"earnings": ((A, "node", 0),)}, "earnings.csv:2: amount must be between"),
        ({"earnings": ((A, "node", 1), (A, "node", 2))}, "earnings.csv:3: the row repeats"),
        ({"epoch": Epoch(-1, 0, 0)}, "epoch.json:1: epoch must be between"),
        ({"epoch": Epoch(CLOSE, -1, 0)}, "epoch.json:1: carry must be between"),
        ({"epoch": Epoch(0, 0, 1)}, "epoch.json:1: released_this_year must be between 0 and 0"),
    ],
)
def test_the_writer_refuses_the_same_and_leaves_nothing(tmp_path: Path, change: dict, reason: str) -> None:
    case = replace(Case((A, B, C), ((0, 1, "like", CLOSE, 1),)), **change)
    with pytest.raises(InputError) as refused:
        case.write(tmp_path / "epoch")
    assert str(refused.value).startswith(reason)
    assert not (tmp_path / "epoch").exists()


def test_the_writer_refuses_a_wallet_given_twice(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="given twice"):
        Case((A, A, B), ((0, 2, "like", CLOSE, 1), (1, 2, "like", CLOSE, 1))).write(tmp_path)


@pytest.mark.parametrize("wrong", [A.upper(), A[:-1], A + "0", "", "0x" + "é" * 20])
def test_the_writer_refuses_a_malformed_wallet(tmp_path: Path, wrong: str) -> None:
    for case in (Case((wrong, B), ()), Case((A,), (), seeds=(wrong,)), Case((A,), (), balances=((wrong, 1, 1, 1),))):
        with pytest.raises(ValueError, match="wallet must be"):
            case.write(tmp_path)
    with pytest.raises(ValueError, match="wallet must be"):
        as_wallets(np.array([A[:-1] + "G"], dtype="S42"))


def test_the_writer_refuses_columns_of_unequal_length(tmp_path: Path) -> None:
    one, none = np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32)
    rows = Interactions(one, none, one.astype(np.uint8), one, one)
    with pytest.raises(InputError, match="target has 0 rows, source 1"):
        write_inputs(
            tmp_path,
            wallets=(A, B),
            interactions=rows,
            seeds=(),
            balances=Balances.from_rows([]),
            earnings=Earnings.from_rows([]),
            params=build.PARAMS,
            epoch=Epoch(0, 0, 0),
        )


def test_an_unknown_earning_is_refused() -> None:
    with pytest.raises(ValueError, match="gift"):
        Earnings.from_rows([(A, "gift", 1)])


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    text.write_file(target, [b"old"])

    def broken():
        yield b"new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        text.write_file(target, broken())
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
