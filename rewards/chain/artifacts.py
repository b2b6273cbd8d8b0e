"""The compiled contracts as committed: the Python side needs neither node nor a compiler."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "contracts" / "artifacts"


@cache
def artifact(contract: str) -> dict[str, Any]:
    """`MetyaToken` or `MetyaDistributor`: keys contract, compiler, abi, bytecode, deployedBytecode."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{contract}.json").read_text(encoding="utf-8"))
    return loaded


def abi(contract: str) -> list[dict[str, Any]]:
    """The ABI of a committed contract."""
    entries: list[dict[str, Any]] = artifact(contract)["abi"]
    return entries
