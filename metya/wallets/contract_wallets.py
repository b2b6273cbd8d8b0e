"""Signatures of contract wallets: ERC-1271, and ERC-6492 for wallets that are not on the chain yet.

One eth_call without ``to`` runs solidity/SignatureCheck.sol, whose creation code is kept beside it; nothing is deployed.
"""

import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from eth_abi.abi import encode

from metya.wallets import rpc
from metya.wallets.errors import refuse

MAX_GAS = 3_000_000
SECONDS = 5.0
_REVERTED = re.compile(r"revert|out ?of ?gas|invalid opcode|invalidfe|stack|bad jump|exceeds allowance", re.IGNORECASE)


@cache
def _creation_code() -> bytes:
    artefact = json.loads((Path(__file__).parent / "solidity" / "SignatureCheck.json").read_text())
    return bytes.fromhex(artefact["bytecode"].removeprefix("0x"))


def node(chain_id: int) -> str:
    """The URL of the node that is asked about wallets on ``chain_id``; empty when there is none."""
    own = settings.CHAIN_RPC_URL if chain_id == settings.CHAIN_ID else ""
    return str(settings.WALLET_RPC_URLS.get(chain_id, own))


def says_yes(*, address: str, chain_id: int, digest: bytes, signature: bytes) -> bool:
    """Whether the contract at ``address`` takes ``signature`` for ``digest``; False where no node is set.

    Only the byte 01 is a yes and a revert is a no. Raises chain-unavailable (503) when the node does not answer, answers
    nonsense, or is of another chain.
    """
    url = node(chain_id)
    if not url or chain_id not in settings.WALLET_CHAINS:
        return False
    data = _creation_code() + encode(["address", "bytes32", "bytes"], [address, digest, signature])
    try:
        if rpc.call(url, "eth_chainId", [], seconds=SECONDS) != hex(chain_id):
            refuse("chain-unavailable", chain=chain_id)
        asked = {"data": "0x" + data.hex(), "gas": hex(MAX_GAS)}
        answer = rpc.call(url, "eth_call", [asked, "latest"], seconds=SECONDS)
    except rpc.NodeError as error:
        if error.code == 3 or _REVERTED.search(error.message):
            return False
        refuse("chain-unavailable", chain=chain_id)
    except rpc.Unreachable:
        refuse("chain-unavailable", chain=chain_id)
    if not isinstance(answer, str) or not answer.startswith("0x"):
        refuse("chain-unavailable", chain=chain_id)
    return answer == "0x01"
