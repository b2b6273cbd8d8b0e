"""`python -m rewards.engine`: compute, prove and verify an epoch from its public files, without the site."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rewards.engine.errors import EngineError
from rewards.engine.inputs import read_inputs
from rewards.engine.limits import VERSION
from rewards.engine.results import write_result
from rewards.engine.scoring import score
from rewards.engine.tables import Wallet
from rewards.engine.trees import read_proof, write_tree
from rewards.engine.verification import verify

DONE, NEGATIVE, REFUSED = 0, 1, 2
"""Exit codes: done; differs, or not in the tree; a file or an argument is not right."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; faults go to stderr as one line."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        if not options.directory.is_dir():
            raise EngineError(f"{options.directory}: is not a directory")
        return command(options)
    except EngineError as error:
        print(error, file=sys.stderr)
    except FileNotFoundError as error:
        print(f"{Path(error.filename).name}:1: is missing", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or options.directory}: {error.strerror or error}", file=sys.stderr)
    except MemoryError:
        print("not enough memory for an epoch of this size", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    return REFUSED


def _score(options: argparse.Namespace) -> int:
    result = score(read_inputs(options.directory))
    root = write_result(options.directory, result)
    print(f"epoch {result.inputs.epoch.number}")
    print(f"inputs root {result.inputs.root}")
    print(f"result root {root}")
    print(f"pool {result.pool.total} grains, {result.paid} paid, {result.carry} carried")
    return DONE


def _tree(options: argparse.Namespace) -> int:
    tree = write_tree(options.directory)
    print(f"root 0x{tree.root.hex()}")
    print(f"{len(tree)} wallets, {tree.total} wei")
    return DONE


def _verify(options: argparse.Namespace) -> int:
    outcome = verify(options.directory)
    if outcome.difference is not None:
        print(outcome.difference)
        return NEGATIVE
    files = "payouts.csv, result.json" + (", tree.json" if outcome.tree_checked else "")
    print(f"verified: {files}")
    print(f"result root {outcome.result_root}")
    return DONE


def _proof(options: argparse.Namespace) -> int:
    wallet = options.wallet.lower()
    if fault := Wallet().fault(wallet.encode("utf-8", "replace")):
        raise EngineError(fault)
    proof = read_proof(options.directory, wallet)
    if proof is None:
        print(f"{wallet} has nothing to claim in this epoch's tree", file=sys.stderr)
        return NEGATIVE
    print(json.dumps(proof.to_json(), indent=2))
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rewards.engine", description=__doc__)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("score", _score, "read the seven input files, write payouts.csv and result.json"),
        ("tree", _tree, "write tree.json from payouts.csv and holds.csv"),
        ("verify", _verify, "compute everything again and compare; exit 1 with the first differing line"),
        ("proof", _proof, "print the proof with which a wallet claims"),
    ):
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("directory", type=Path, metavar="DIR", help="the folder of one epoch's files")
        one.set_defaults(command=command)
        if name == "proof":
            one.add_argument("wallet", metavar="WALLET", help="0x and 40 hex digits")
    return parser


if __name__ == "__main__":
    sys.exit(main())
