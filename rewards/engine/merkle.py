"""The Merkle tree of cumulative amounts: OpenZeppelin's `standard-v1` over (address, uint256 wei).

Nodes are 32-byte strings in one block of memory, root first, as the standard lays them out: the children of node i
are 2i + 1 and 2i + 2, and the leaves fill the end in falling order of their hashes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sha3 import keccak_256

from rewards.engine.limits import WEI_PER_GRAIN
from rewards.engine.records import Int64Array, WalletArray
from rewards.engine.tables import is_wallet

NODE = 32
_CHUNK = 1 << 15
_ADDRESS_PAD = bytes(12)

NodeArray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim needs: `amount` in wei, and the siblings from the leaf up to `root`, each 32 bytes."""

    wallet: str
    amount: int
    leaf: bytes
    siblings: tuple[bytes, ...]
    root: bytes

    @property
    def grains(self) -> int:
        return self.amount // WEI_PER_GRAIN

    def to_json(self) -> dict[str, Any]:
        """Hex texts, and the amount as a decimal text since it passes 2**53."""
        return {
            "amount": str(self.amount),
            "leaf": _hex(self.leaf),
            "proof": [_hex(sibling) for sibling in self.siblings],
            "root": _hex(self.root),
            "wallet": self.wallet,
        }


@dataclass(frozen=True, slots=True)
class Tree:
    """Wallets (S42, sorted), their grains (int64), the node of each one's leaf (int32), all nodes (2n − 1, 32)."""

    wallet: WalletArray
    grains: Int64Array
    leaf: NDArray[np.int32]
    nodes: NodeArray

    def __len__(self) -> int:
        return len(self.wallet)

    @property
    def root(self) -> bytes:
        return bytes(self.nodes[0])

    @property
    def total(self) -> int:
        """All amounts together, in wei."""
        return sum(map(int, self.grains.tolist())) * WEI_PER_GRAIN

    def proof(self, wallet: str) -> Proof | None:
        """The proof of a wallet (0x, lower-case), or None when it is not in the tree. Also fast on mapped files."""
        key = wallet.encode()
        place = int(np.searchsorted(self.wallet, key))
        if place == len(self) or self.wallet[place] != key:
            return None
        node = int(self.leaf[place])
        siblings = tuple(self.nodes[sibling].tobytes() for sibling in _siblings(node))
        amount = int(self.grains[place]) * WEI_PER_GRAIN
        return Proof(wallet, amount, self.nodes[node].tobytes(), siblings, self.root)

    def dump(self) -> dict[str, Any]:
        """What `dump()` of @openzeppelin/merkle-tree returns for the same values; see `dump_text` for large trees."""
        rows = zip(self.wallet.tolist(), self.grains.tolist(), self.leaf.tolist(), strict=True)
        return {
            "format": "standard-v1",
            "leafEncoding": ["address", "uint256"],
            "tree": [_hex(node.tobytes()) for node in self.nodes],
            "values": [
                {"value": [wallet.decode(), str(grains * WEI_PER_GRAIN)], "treeIndex": leaf}
                for wallet, grains, leaf in rows
            ],
        }

    def dump_text(self) -> Iterator[bytes]:
        """The bytes of `JSON.stringify(tree.dump())`, in blocks."""
        yield b'{"format":"standard-v1","leafEncoding":["address","uint256"],"tree":['
        yield from _joined(len(self.nodes), self._node_texts)
        yield b'],"values":['
        yield from _joined(len(self), self._value_texts)
        yield b"]}"

    def _node_texts(self, low: int, high: int) -> Iterator[str]:
        digits = self.nodes[low:high].tobytes().hex()
        return (f'"0x{digits[at : at + 2 * NODE]}"' for at in range(0, len(digits), 2 * NODE))

    def _value_texts(self, low: int, high: int) -> Iterator[str]:
        columns = (column[low:high].tolist() for column in (self.wallet, self.grains, self.leaf))
        for wallet, grains, leaf in zip(*columns, strict=True):
            yield f'{{"value":["{wallet.decode()}","{grains * WEI_PER_GRAIN}"],"treeIndex":{leaf}}}'


def build(wallets: WalletArray, grains: Int64Array) -> Tree:
    """The tree of wallets (S42, sorted, each once) and grains > 0, at least one. Raises ValueError."""
    if not len(wallets) or len(wallets) != len(grains):
        raise ValueError("a tree needs at least one wallet, and an amount for each")
    if not is_wallet(wallets).all() or not (wallets[1:] > wallets[:-1]).all() or int(grains.min()) <= 0:
        raise ValueError("wallets must be well formed, sorted and each once, and amounts above 0")
    hashes = _leaf_hashes(wallets, grains)
    words = hashes.view(">u8")
    order = np.lexsort(tuple(words[:, word] for word in (3, 2, 1, 0)))
    count = len(wallets)
    leaf = np.empty(count, dtype=np.int32)
    leaf[order] = 2 * count - 2 - np.arange(count, dtype=np.int32)
    nodes = bytearray(NODE * (2 * count - 1))
    nodes[NODE * (count - 1) :] = hashes[order[::-1]].tobytes()
    _hash_upwards(nodes, count)
    return Tree(wallets, grains, leaf, np.frombuffer(nodes, dtype=np.uint8).reshape(-1, NODE))


def leaf_hash(wallet: str, amount: int) -> bytes:
    """keccak(keccak(abi.encode(address, uint256))); `amount` in wei."""
    address = bytes.fromhex(wallet.removeprefix("0x"))
    inner = keccak_256(_ADDRESS_PAD + address + amount.to_bytes(32, "big")).digest()
    return bytes(keccak_256(inner).digest())


def verify_proof(root: bytes, wallet: str, amount: int, siblings: Sequence[bytes]) -> bool:
    """Whether the contract would accept this claim of `amount` wei."""
    node = leaf_hash(wallet, amount)
    for sibling in siblings:
        node = bytes(keccak_256(node + sibling if node < sibling else sibling + node).digest())
    return node == root


def _leaf_hashes(wallets: WalletArray, grains: Int64Array) -> NodeArray:
    out = bytearray(NODE * len(wallets))
    at = 0
    for low in range(0, len(wallets), _CHUNK):
        characters = np.ascontiguousarray(wallets[low : low + _CHUNK]).view(np.uint8).reshape(-1, 42)
        addresses = bytes.fromhex(characters[:, 2:].tobytes().decode())
        for place, amount in enumerate(grains[low : low + _CHUNK].tolist()):
            word = (amount * WEI_PER_GRAIN).to_bytes(32, "big")
            inner = keccak_256(_ADDRESS_PAD + addresses[20 * place : 20 * place + 20] + word).digest()
            out[at : at + NODE] = keccak_256(inner).digest()
            at += NODE
    return np.frombuffer(out, dtype=np.uint8).reshape(-1, NODE)


def _hash_upwards(nodes: bytearray, leaves: int) -> None:
    for node in range(leaves - 2, -1, -1):
        left = nodes[NODE * (2 * node + 1) : NODE * (2 * node + 2)]
        right = nodes[NODE * (2 * node + 2) : NODE * (2 * node + 3)]
        pair = left + right if left < right else right + left
        nodes[NODE * node : NODE * (node + 1)] = keccak_256(pair).digest()


def _siblings(node: int) -> Iterator[int]:
    while node:
        yield node + 1 if node % 2 else node - 1
        node = (node - 1) // 2


def _joined(count: int, texts: Callable[[int, int], Iterable[str]]) -> Iterator[bytes]:
    for low in range(0, count, _CHUNK):
        block = ",".join(texts(low, min(count, low + _CHUNK))).encode()
        yield block if low == 0 else b"," + block


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
