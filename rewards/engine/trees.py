"""An epoch's tree from its payouts and holds, its public file `tree.json`, and proofs from mapped side files."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np

from rewards.engine import merkle, text
from rewards.engine.errors import EmptyTreeError, InputError
from rewards.engine.holds import FILE as HOLDS_FILE
from rewards.engine.holds import Hold, read_holds
from rewards.engine.merkle import Proof, Tree
from rewards.engine.results import read_payouts
from rewards.engine.settle import Payouts
from rewards.engine.sidefiles import SideFiles

TREE_FILE = "tree.json"

_SIDE = SideFiles("tree-v1", ("wallet", "grains", "leaf", "nodes"))


def build_tree(payouts: Payouts, holds: Iterable[Hold] = ()) -> Tree:
    """The tree of all wallets whose cumulative amount less their hold is above 0.

    `holds` sorted by wallet. Raises InputError on a hold of an unknown wallet or above its cumulative amount,
    EmptyTreeError when nobody has anything to claim.
    """
    grains = payouts.cumulative.copy()
    for line, hold in enumerate(holds, start=2):
        place = int(np.searchsorted(payouts.wallet, hold.wallet.encode()))
        if place == len(payouts) or payouts.wallet[place] != hold.wallet.encode():
            raise InputError(HOLDS_FILE, line, f"{hold.wallet} is not in payouts.csv")
        if hold.amount > grains[place]:
            raise InputError(HOLDS_FILE, line, f"the hold of {hold.amount} is above the cumulative {grains[place]}")
        grains[place] -= hold.amount
    kept = grains > 0
    if not kept.any():
        raise EmptyTreeError("no wallet has anything to claim, so there is no tree")
    return merkle.build(payouts.wallet[kept], grains[kept])


def write_tree(directory: Path | str) -> Tree:
    """Build the tree from `payouts.csv` and `holds.csv`, write `tree.json` and the side files. Raises as build_tree."""
    place = Path(directory)
    tree = build_tree(read_payouts(place), read_holds(place))
    _SIDE.remove(place)
    text.write_file(place / TREE_FILE, tree.dump_text())
    _write_side_files(place, tree)
    return tree


def open_tree(directory: Path | str) -> Tree:
    """The tree of an epoch mapped from its side files, in milliseconds; they are made when missing or outdated."""
    place = Path(directory)
    arrays = _SIDE.read(place, newer_than=("payouts.csv", HOLDS_FILE))
    return _made_again(place) if arrays is None else Tree(**arrays)


def read_proof(directory: Path | str, wallet: str) -> Proof | None:
    """The proof of a wallet in an epoch's tree, or None when it has nothing to claim there.

    A proof that does not hold comes from damaged side files, which are then made again.
    """
    tree = open_tree(directory)
    try:
        proof = tree.proof(wallet)
        sound = proof is None or _holds(proof)
    except (IndexError, OverflowError, TypeError, ValueError):
        sound = False
    return proof if sound else _made_again(Path(directory)).proof(wallet)


def _holds(proof: Proof) -> bool:
    right = merkle.leaf_hash(proof.wallet, proof.amount)
    return proof.leaf == right and merkle.verify_proof(proof.root, proof.wallet, proof.amount, proof.siblings)


def _made_again(place: Path) -> Tree:
    tree = build_tree(read_payouts(place), read_holds(place))
    with suppress(OSError):  # in a folder that only may be read a proof takes longer, no more
        _write_side_files(place, tree)
    return tree


def _write_side_files(place: Path, tree: Tree) -> None:
    _SIDE.write(place, {"wallet": tree.wallet, "grains": tree.grains, "leaf": tree.leaf, "nodes": tree.nodes})
