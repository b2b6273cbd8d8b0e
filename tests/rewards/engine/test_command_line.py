"""`python -m rewards.engine` as a person runs it: results, exit codes, and one line for every fault."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rewards.engine import Hold, read_payouts, verify_proof, write_holds
from rewards.engine.__main__ import main
from tests.rewards.engine import build, oracle

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build.small().write(tmp_path)
    return tmp_path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own that knows nothing of Django's settings."""
    command = [sys.executable, "-m", "rewards.engine", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={}, check=False)


def test_the_whole_way_in_processes_of_their_own(folder: Path) -> None:
    scored = run("score", folder)
    assert (scored.returncode, scored.stderr) == (0, "")
    answer = oracle.answer(folder)
    assert (folder / "payouts.csv").read_bytes() == answer.payouts
    assert (folder / "result.json").read_bytes() == answer.result
    assert f"inputs root {oracle.inputs_root(folder)}" in scored.stdout
    assert f"result root {json.loads(answer.result)['result_root']}" in scored.stdout

    assert run("tree", folder).returncode == 0
    row = next(row for row in read_payouts(folder) if row.cumulative)
    proved = run("proof", folder, row.wallet)
    proof = json.loads(proved.stdout)
    siblings = [bytes.fromhex(node[2:]) for node in proof["proof"]]
    assert int(proof["amount"]) == row.cumulative * 10**9
    assert verify_proof(bytes.fromhex(proof["root"][2:]), row.wallet, int(proof["amount"]), siblings)
    assert json.loads((folder / "tree.json").read_text())["tree"][0] == proof["root"]

    verified = run("verify", folder)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.startswith("verified: payouts.csv, result.json, tree.json\n")

    first = (folder / "payouts.csv").read_bytes(), (folder / "tree.json").read_bytes()
    assert run("score", folder).returncode == run("tree", folder).returncode == 0
    assert first == ((folder / "payouts.csv").read_bytes(), (folder / "tree.json").read_bytes())


def test_a_fault_is_one_line_and_never_a_traceback(folder: Path) -> None:
    (folder / "seeds.csv").write_text("wallet\n0xZZ\n")
    refused = run("score", folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "seeds.csv:2: wallet must be 0x and 40 lower-case hex digits, not '0xZZ'\n"
    assert not (folder / "payouts.csv").exists()


def changed(path: Path, old: bytes, new: bytes) -> None:
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))


@pytest.fixture
def scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["score", str(folder)]) == 0
    assert main(["tree", str(folder)]) == 0
    capsys.readouterr()
    return folder


def difference(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["verify", str(folder)]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_verify_names_the_first_differing_line(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (scored / "payouts.csv").read_text().splitlines()
    forged = lines[3].rsplit(",", 1)[0] + ",999"
    changed(scored / "payouts.csv", lines[3].encode(), forged.encode())
    assert difference(scored, capsys) == f"payouts.csv:4: found {forged!r}, expected {lines[3]!r}\n"


def test_verify_sees_a_missing_an_added_and_a_cut_line(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = scored / "payouts.csv"
    whole = path.read_bytes()
    lines = whole.decode().splitlines()
    path.write_bytes(whole + b"x\n")
    assert difference(scored, capsys) == f"payouts.csv:{len(lines) + 1}: found 'x', expected nothing\n"
    path.write_bytes("".join(f"{line}\n" for line in lines[:-1]).encode())
    assert difference(scored, capsys) == f"payouts.csv:{len(lines)}: found nothing, expected {lines[-1]!r}\n"
    path.write_bytes(b"")
    assert difference(scored, capsys) == f"payouts.csv:1: found nothing, expected {lines[0]!r}\n"
    path.write_bytes(whole[:-1])
    assert difference(scored, capsys).startswith(f"payouts.csv:{len(lines)}: found ")
    path.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert difference(scored, capsys).startswith("payouts.csv:1: found ")


def test_verify_shows_a_whole_payout_from_its_wallet(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = (scored / "payouts.csv").read_text().splitlines()[2]
    forged = line[:-1] + ("1" if line[-1] != "1" else "2")
    assert len(line) > 80
    changed(scored / "payouts.csv", line.encode(), forged.encode())
    assert difference(scored, capsys) == f"payouts.csv:3: found {forged!r}, expected {line!r}\n"


def test_verify_says_when_only_the_line_end_differs(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = scored / "payouts.csv"
    raw = path.read_bytes()
    last = raw.decode().splitlines()[-1]
    path.write_bytes(raw[:-1])
    lines = raw.count(b"\n")
    assert difference(scored, capsys) == f"payouts.csv:{lines}: found {last!r} with another line end\n"
    path.write_bytes(raw)
    (scored / "result.json").write_bytes((scored / "result.json").read_bytes() + b"\n")
    assert difference(scored, capsys).endswith("}}' with another line end\n")


def test_a_difference_can_be_printed_anywhere(scored: Path) -> None:
    changed(scored / "payouts.csv", b"wallet,", "wällét,\N{SNOWMAN}".encode())
    command = [sys.executable, "-m", "rewards.engine", "verify", str(scored)]
    env = {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("payouts.csv:1: found 'w\\xe4ll\\xe9t,\\u2603influence")


def test_verify_checks_the_result_and_the_tree(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(scored / "result.json", b'"active":5', b'"active":6')
    assert difference(scored, capsys).startswith('result.json:1: found \'{"active":6')
    changed(scored / "result.json", b'"active":6', b'"active":5')
    changed(scored / "tree.json", b'"treeIndex":', b'"treeIndex": ')
    assert difference(scored, capsys).startswith("tree.json:1: found ")


def test_verify_sees_a_hold_that_the_tree_does_not_know(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in read_payouts(scored) if row.cumulative)
    write_holds(scored, [Hold(row.wallet, 1, "later")])
    assert difference(scored, capsys).startswith("tree.json:1: ")
    assert main(["tree", str(scored)]) == 0
    assert main(["verify", str(scored)]) == 0


def test_verify_sees_changed_inputs(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(scored / "epoch.json", b'"carry":12345', b'"carry":12346')
    assert difference(scored, capsys).startswith(("payouts.csv:", "result.json:1:"))


def test_verify_works_without_a_tree(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (scored / "tree.json").unlink()
    assert main(["verify", str(scored)]) == 0
    assert capsys.readouterr().out.startswith("verified: payouts.csv, result.json\n")


def test_a_tree_when_there_should_be_none_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(build.small(), interactions=(), balances=(), earnings=()).write(tmp_path)
    assert main(["score", str(tmp_path)]) == 0
    assert main(["tree", str(tmp_path)]) == 2
    assert "no wallet has anything to claim" in capsys.readouterr().err
    (tmp_path / "tree.json").write_text("{}")
    assert difference(tmp_path, capsys) == "tree.json:1: found '{}', expected nothing\n"


@pytest.mark.parametrize("name", oracle.INPUTS)
@pytest.mark.parametrize("command", ["score", "verify"])
def test_a_missing_input_is_named(scored: Path, capsys: pytest.CaptureFixture[str], command: str, name: str) -> None:
    (scored / name).unlink()
    assert main([command, str(scored)]) == 2
    assert capsys.readouterr() == ("", f"{name}:1: is missing\n")


@pytest.mark.parametrize("name", ["payouts.csv", "result.json"])
def test_verify_names_a_missing_result(scored: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (scored / name).unlink()
    assert difference(scored, capsys).startswith(f"{name}:1: found nothing, expected ")


@pytest.mark.parametrize("command", ["tree", "proof"])
def test_tree_and_proof_need_payouts(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, str(folder), *([build.wallet(0)] if command == "proof" else [])]) == 2
    assert capsys.readouterr().err == "payouts.csv:1: is missing\n"


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (lambda rows: rows[:1] + rows[:0:-1], 3, "is not in order"),
        (lambda rows: [*rows, rows[-1]], None, "repeats the row before"),
        (lambda rows: [*rows[:2], "0x12,1,1,1,1"], 3, "wallet must be"),
        (lambda rows: [*rows[:2], rows[2].rsplit(",", 1)[0]], 3, "expected 5 fields, found 4"),
        (lambda rows: [*rows[:1], f"{build.wallet(0)},1,5,0,4"], 2, "amount must not be above cumulative"),
    ],
)
def test_a_malformed_payout_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], change, line: int | None, reason: str
) -> None:
    main(["score", str(folder)])
    capsys.readouterr()
    rows = change((folder / "payouts.csv").read_text().splitlines())
    (folder / "payouts.csv").write_text("".join(f"{row}\n" for row in rows))
    assert main(["tree", str(folder)]) == 2
    assert capsys.readouterr().err.startswith(f"payouts.csv:{line or len(rows)}: ")


def test_proof_of_a_wallet_without_a_claim(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["proof", str(scored), build.wallet(100)]) == 1
    assert "has nothing to claim" in capsys.readouterr().err


def test_proof_takes_a_checksummed_wallet(scored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = next(row for row in read_payouts(scored) if row.cumulative)
    assert main(["proof", str(scored), "0x" + row.wallet[2:].upper()]) == 0
    assert json.loads(capsys.readouterr().out)["wallet"] == row.wallet


@pytest.mark.parametrize("wallet", ["", "0x", "12", "0x" + "g" * 40, "\udcff"])
def test_proof_refuses_what_is_no_wallet(scored: Path, capsys: pytest.CaptureFixture[str], wallet: str) -> None:
    assert main(["proof", str(scored), wallet]) == 2
    assert "wallet must be 0x" in capsys.readouterr().err


def test_a_folder_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err == f"{tmp_path}/nothing: is not a directory\n"


def test_a_folder_in_place_of_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "seeds.csv").unlink()
    (folder / "seeds.csv").mkdir()
    assert main(["score", str(folder)]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "seeds.csv" in printed


@pytest.mark.parametrize("arguments", [[], ["score"], ["guess", "."], ["proof", "."]])
def test_wrong_usage_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m rewards.engine" in capsys.readouterr().err
