"""The tree against @openzeppelin/merkle-tree 1.0.8, whose answers are kept here, and against the oracle."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.engine import Tree, as_wallets, verify_proof
from rewards.engine.merkle import build as build_nodes
from rewards.engine.merkle import leaf_hash
from tests.rewards.engine import build, oracle

KNOWN = {
    1: (
        "92c8e9d84aaf7d5fc19394f7dd80bfae37c5a63eba558c239f63d64dc8323e67",
        "003c293e2405b4f776169f594d2c8cc028365c2121567024ea6f3825f5b71479",
    ),
    2: (
        "0976c84c56df4376bdea4fc40a82ba9306079e97bb3ae8c4d6b1c40365644514",
        "3abe83c9ccf42017964ddb2f086ad08a297982fef344f010a2d0f910948bd2fc",
    ),
    3: (
        "f07b2fab8f7388ad7a0f68e83f93c9e62a93a09d6abd20da533b3ab705c070d0",
        "6fac823f5a3bc34a27ee9225e967023c9e425112cc0ffd651ac55b0ce73b2e20",
    ),
    5: (
        "2e318338bb3dc4d83c021aeee42b4fc5648510ec9d659112924beb2e765477b9",
        "f0ee3e55916622b8c8ce7b2a62073c100bc50bbf386b31cf5295a1753a99c01c",
    ),
    8: (
        "4376fce146888971c028f67fcbc5e7ececd913fd3f696a84dc529a6d657fb9e4",
        "565b3d6ca570bea2b80c7773a942f8cc9ee9991ec52f48f88fb0526ad17214db",
    ),
    1000: (
        "1877b3d32bd71027db696ae2b5cb001479c5cbac22d1efc3fbf5c935b319669f",
        "64df6d699138024ddb229873068c800fd74ce9e6eee297bbd388c3548ab169f3",
    ),
}
"""Root, and SHA-256 of JSON.stringify(dump()), of StandardMerkleTree.of for so many wallets of `example`."""

DUMP_OF_THREE = (
    '{"format":"standard-v1","leafEncoding":["address","uint256"],"tree":['
    '"0xf07b2fab8f7388ad7a0f68e83f93c9e62a93a09d6abd20da533b3ab705c070d0",'
    '"0x0976c84c56df4376bdea4fc40a82ba9306079e97bb3ae8c4d6b1c40365644514",'
    '"0xeac8c89776f519dc3e9c30017c322d49a079e82ed3ced63afa1dc097b8d8fd1f",'
    '"0xb15fd553428faec2438cd68f2c986f93ad50713658e49b2277751c58dd6484b3",'
    '"0x92c8e9d84aaf7d5fc19394f7dd80bfae37c5a63eba558c239f63d64dc8323e67"],"values":['
    '{"value":["0x3c6ef372fe94f82be73980c0b9db906821044ed6","62726400000000000"],"treeIndex":3},'
    '{"value":["0x9e3779b97f4a7c15f39cc0605cedc8341082276b","1000000000"],"treeIndex":4},'
    '{"value":["0xdaa66d2c7ddf7441dad6412116c9589c31867641","250873921000000000"],"treeIndex":2}]}'
)


def example(count: int) -> Tree:
    grains = {build.wallet(number): (7919 * number + 1) ** 2 for number in range(count)}
    return tree_of(grains)


def tree_of(grains: dict[str, int]) -> Tree:
    names = sorted(grains)
    return build_nodes(as_wallets(names), np.array([grains[name] for name in names], dtype=np.int64))


@pytest.mark.parametrize("count", KNOWN)
def test_identical_to_openzeppelin(count: int) -> None:
    tree = example(count)
    root, digest = KNOWN[count]
    assert tree.root.hex() == root
    assert hashlib.sha256(b"".join(tree.dump_text())).hexdigest() == digest


def test_dump_of_three_letter_by_letter() -> None:
    tree = example(3)
    assert b"".join(tree.dump_text()).decode() == DUMP_OF_THREE
    assert json.dumps(tree.dump(), separators=(",", ":")) == DUMP_OF_THREE


def test_proof_is_the_one_openzeppelin_gives() -> None:
    proof = example(5).proof("0x78dde6e5fd29f057ce73018173b720d042089dac")
    assert proof is not None
    assert proof.to_json()["proof"] == [
        "0xb15fd553428faec2438cd68f2c986f93ad50713658e49b2277751c58dd6484b3",
        "0xc7b1417c55b6d378f3e935dddfd09a5b4e529d6bdc053afb461ae090e44a2ed5",
    ]
    assert (proof.amount, proof.grains) == (564442564 * 10**9, 564442564)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.binary(min_size=20, max_size=20), st.integers(1, 10**18), min_size=1, max_size=33))
def test_any_tree_is_the_oracles_and_every_proof_holds(amounts: dict[bytes, int]) -> None:
    grains = {"0x" + raw.hex(): amount for raw, amount in amounts.items()}
    tree = tree_of(grains)
    assert tree.dump() == oracle.tree({wallet: amount * 10**9 for wallet, amount in grains.items()})
    assert tree.total == sum(grains.values()) * 10**9
    for wallet, amount in grains.items():
        proof = tree.proof(wallet)
        assert proof is not None
        assert verify_proof(tree.root, wallet, amount * 10**9, proof.siblings)
        assert not verify_proof(tree.root, wallet, amount * 10**9 + 1, proof.siblings)
        assert proof.leaf == leaf_hash(wallet, amount * 10**9)


def test_a_wallet_that_is_not_there_has_no_proof() -> None:
    tree = example(3)
    for wallet in (build.wallet(3), "0x" + "0" * 40, "0x" + "f" * 40, "", "0x"):
        assert tree.proof(wallet) is None


def test_a_proof_of_one_wallet_does_not_serve_another() -> None:
    tree = example(8)
    proof = tree.proof(build.wallet(2))
    assert proof is not None
    assert not verify_proof(tree.root, build.wallet(3), proof.amount, proof.siblings)


@pytest.mark.parametrize(
    ("wallets", "grains"),
    [
        ([], []),
        ([build.wallet(0)], [0]),
        ([build.wallet(0), build.wallet(0)], [1, 1]),
        ([build.wallet(0), build.wallet(1)], [1, 1]),
        ([build.wallet(0)], [1, 2]),
    ],
    ids=["none", "nothing to pay", "twice", "unsorted", "uneven"],
)
def test_refuses_what_is_not_a_list_of_amounts(wallets: list[str], grains: list[int]) -> None:
    with pytest.raises(ValueError, match="must|needs"):
        build_nodes(as_wallets(wallets), np.array(grains, dtype=np.int64))
