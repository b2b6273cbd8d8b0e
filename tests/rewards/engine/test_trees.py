"""The tree of an epoch's folder: payouts less holds, its files and its proofs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rewards.engine import (
    EmptyTreeError,
    Hold,
    InputError,
    build_tree,
    open_tree,
    read_holds,
    read_inputs,
    read_payouts,
    read_proof,
    score,
    verify_proof,
    write_holds,
    write_result,
    write_tree,
)
from tests.rewards.engine import build, oracle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build.small().write(tmp_path)
    write_result(tmp_path, score(read_inputs(tmp_path)))
    return tmp_path


def amounts(folder: Path) -> dict[str, int]:
    return {row.wallet: row.cumulative * 10**9 for row in read_payouts(folder) if row.cumulative}


def test_tree_holds_every_cumulative_amount_in_wei(folder: Path) -> None:
    tree = write_tree(folder)
    dump = json.loads((folder / "tree.json").read_text())
    assert dump == oracle.tree(amounts(folder)) == tree.dump()
    assert tree.total == sum(amounts(folder).values())


def test_holds_are_taken_out(folder: Path) -> None:
    before = amounts(folder)
    part, whole = sorted(before)[:2]
    write_holds(folder, [Hold(whole, before[whole] // 10**9, 'looks "odd",\nsee case'), Hold(part, 1, "a grain")])
    after = {**before, part: before[part] - 10**9}
    del after[whole]
    assert write_tree(folder).dump() == oracle.tree(after)
    assert read_proof(folder, whole) is None


@pytest.mark.parametrize(
    ("wallet", "extra", "reason"), [(0, 1, "above the cumulative"), (100, 0, "is not in payouts.csv")]
)
def test_refuses_a_hold_of_what_is_not_there(folder: Path, wallet: int, extra: int, reason: str) -> None:
    held = build.wallet(wallet)
    write_holds(folder, [Hold(held, amounts(folder).get(held, 0) // 10**9 + extra or 1, "why")])
    with pytest.raises(InputError, match=f"holds.csv:2: .*{reason}"):
        write_tree(folder)


def test_no_tree_when_nobody_has_anything(folder: Path) -> None:
    write_holds(folder, [Hold(wallet, wei // 10**9, "all held") for wallet, wei in amounts(folder).items()])
    with pytest.raises(EmptyTreeError, match="no wallet has anything to claim"):
        write_tree(folder)
    assert not (folder / "tree.json").exists()


def test_proofs_come_from_the_side_files_and_without_them(folder: Path) -> None:
    tree = write_tree(folder)
    wallet, wei = next(iter(amounts(folder).items()))
    mapped = read_proof(folder, wallet)
    assert mapped is not None
    assert mapped == tree.proof(wallet)
    assert verify_proof(tree.root, wallet, wei, mapped.siblings)
    for side in folder.glob("tree-*.npy"):
        side.unlink()
    assert read_proof(folder, wallet) == mapped
    assert open_tree(folder).root == tree.root


def test_proofs_follow_a_changed_hold(folder: Path) -> None:
    write_tree(folder)
    wallet, wei = next(iter(amounts(folder).items()))
    write_holds(folder, [Hold(wallet, 1, "late")])
    proof = read_proof(folder, wallet)
    assert proof is not None
    assert proof.amount == wei - 10**9


def test_a_damaged_side_file_is_made_again(folder: Path) -> None:
    tree = write_tree(folder)
    (folder / "tree-v1-nodes.npy").write_bytes(b"not an array")
    assert open_tree(folder).root == tree.root


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("nodes", lambda raw: raw.replace(b"(11, 32)", b"(11, 32 ")),
        ("nodes", lambda raw: raw.replace(b"(11, 32)", b"(22, 16)")),
        ("nodes", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
        ("leaf", lambda raw: raw.replace(b"\x0a\0\0\0", b"\xff\xff\xff\x7f")),
        ("leaf", lambda raw: raw.replace(b"\x0a\0\0\0", b"\x09\0\0\0")),
        ("leaf", lambda raw: raw.replace(b"(6,)", b"(1,)")),
        ("grains", lambda raw: raw.replace(b"<i8", b">i8")),
    ],
    ids=["header", "shape", "leaf", "no such node", "another node", "too short", "order of bytes"],
)
def test_a_proof_from_damaged_side_files_is_made_again(
    folder: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    tree = write_tree(folder)
    wallet = tree.wallet[int(tree.leaf.argmax())].decode()
    path = folder / f"tree-v1-{name}.npy"
    raw = path.read_bytes()
    path.write_bytes(damage(raw))
    assert path.read_bytes() != raw
    assert read_proof(folder, wallet) == tree.proof(wallet)
    assert path.read_bytes() == raw


def test_a_proof_from_a_folder_that_only_may_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rewards.engine.text.write_file", refused)
    wallet, wei = next(iter(amounts(folder).items()))
    proof = read_proof(folder, wallet)
    assert proof is not None
    assert proof.amount == wei
    assert not list(folder.glob("*.npy"))


def test_build_tree_takes_rows_and_holds_without_files(folder: Path) -> None:
    payouts = read_payouts(folder)
    first = next(row for row in payouts if row.cumulative)
    tree = build_tree(payouts, [Hold(first.wallet, first.cumulative, "held")])
    assert tree.proof(first.wallet) is None
    assert len(tree) == len(amounts(folder)) - 1


HEADER = "wallet,amount,reason\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the header must be wallet,amount,reason"),
        ("wallet,reason,amount\n", 1, "the header must be"),
        (HEADER + f"{build.wallet(0)},1\n", 2, "expected 3 fields, found 2"),
        (HEADER + f"{build.wallet(0)},1,a,b\n", 2, "expected 3 fields, found 4"),
        (HEADER + f"{build.wallet(0)[:-1]},1,a\n", 2, "wallet must be"),
        (HEADER + f"{build.wallet(0)},0,a\n", 2, "amount must be between 1"),
        (HEADER + f"{build.wallet(0)},-1,a\n", 2, "amount must be a whole number"),
        (HEADER + f"{build.wallet(0)},1,\n", 2, "needs a reason"),
        (HEADER + f"{build.wallet(0)},1,{'a' * 2001}\n", 2, "at most 2000"),
        (HEADER + f"{build.wallet(0)},1,a\x07b\n", 2, "control"),
        (HEADER + f"{build.wallet(1)},1,a\n{build.wallet(1)},1,a\n", 3, "sorted by wallet, each once"),
        (HEADER + f"{build.wallet(0)},1,a\n{build.wallet(1)},1,a\n", 3, "sorted by wallet"),
        (HEADER + f'{build.wallet(1)},1,"two\nlines"\n{build.wallet(1)},1,a\n', 4, "sorted by wallet"),
        (HEADER + f'{build.wallet(0)},1,"open\n', 2, "is not CSV"),
        (HEADER + f'{build.wallet(0)},1,"needless"\n', 2, "quoted only where"),
        (HEADER + f"{build.wallet(0)},1,a\r\n", 2, "quoted only where"),
        (HEADER + f"{build.wallet(0)},1,a", 2, "quoted only where"),
    ],
)
def test_a_malformed_hold_is_refused_with_its_line(folder: Path, text: str, line: int, reason: str) -> None:
    (folder / "holds.csv").write_bytes(text.encode())
    with pytest.raises(InputError, match=reason) as refused:
        read_holds(folder)
    assert (refused.value.file, refused.value.line) == ("holds.csv", line)


def test_holds_must_be_utf8(folder: Path) -> None:
    (folder / "holds.csv").write_bytes(HEADER.encode() + build.wallet(0).encode() + b",1,\xff\n")
    with pytest.raises(InputError, match="holds.csv:2: is not UTF-8"):
        read_holds(folder)


def test_reasons_come_back_as_written(folder: Path) -> None:
    holds = [Hold(build.wallet(1), 5, 'plain, "quoted"\nand Ünïcödé'), Hold(build.wallet(0), 7, "=SUM(1)")]
    write_holds(folder, holds)
    assert read_holds(folder) == sorted(holds)


def test_a_hold_without_reason_is_not_written(folder: Path) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        write_holds(folder, [Hold(build.wallet(0), 5, " ")])
    assert not (folder / "holds.csv").exists()
