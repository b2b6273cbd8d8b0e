"""Canonical JSON (RFC 8785) for what the engine's files hold: objects, texts and whole numbers.

Whole numbers are written as plain decimals of any size. Amounts in grains may pass 2**53, so a reader in
another language must parse integers exactly and not as floating point.
"""

import json
from pathlib import Path
from typing import Any

from rewards.engine.errors import InputError, shown

_KEYS_SHOWN = 5
_MOST_DIGITS = 40


def dumps(value: Any) -> bytes:
    """The canonical bytes of `value` (dict, list, str, int, bool, None). Raises TypeError on anything else."""
    return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def load_object(path: Path) -> dict[str, Any]:
    """The object in a canonical JSON file. Raises InputError when it is not an object or not canonical."""
    raw = path.read_bytes()
    try:
        value = json.loads(raw.decode("utf-8"), parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
        same = dumps(value) == raw
    except UnicodeDecodeError:
        raise InputError(path.name, 1, "is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(path.name, error.lineno, f"is not JSON: {error.msg}") from None
    except UnicodeEncodeError:
        raise InputError(path.name, 1, "holds half of a surrogate pair, which is no text") from None
    except RecursionError:
        raise InputError(path.name, 1, "is nested too deeply") from None
    except ValueError as error:
        raise InputError(path.name, 1, str(error)) from None
    if not isinstance(value, dict):
        raise InputError(path.name, 1, "is not a JSON object")
    if not same:
        form = "sorted keys, no spaces, no repeated key, no line end"
        raise InputError(path.name, 1, f"is not canonical JSON (RFC 8785): {form}")
    return value


def whole(path_name: str, key: str, value: Any, low: int, high: int) -> int:
    """`value` as a whole number within [low, high]; raises InputError naming `key`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(path_name, 1, f"{key} must be a whole number")
    if not low <= value <= high:
        raise InputError(path_name, 1, f"{key} must be between {low} and {high}, not {shown(str(value))[1:-1]}")
    return value


def exact_keys(path_name: str, where: str, value: Any, keys: set[str]) -> dict[str, Any]:
    """`value` as an object with exactly these keys; raises InputError naming what is missing or unknown."""
    if not isinstance(value, dict):
        raise InputError(path_name, 1, f"{where} must be an object")
    if missing := sorted(keys - value.keys()):
        raise InputError(path_name, 1, f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(value.keys() - keys):
        raise InputError(path_name, 1, f"{where} has unknown {_named(unknown)}")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys must be texts")
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _plain(value[key]) for key in ordered}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form here")


def _named(keys: list[str]) -> str:
    """The first keys for a message; they come from a file and may be anything."""
    some = [shown(key)[1:-1] for key in keys[:_KEYS_SHOWN]]
    return ", ".join(some) + (" …" if len(keys) > _KEYS_SHOWN else "")


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"{shown(text)[1:-1]} has too many digits")
    return int(text)


def _no_float(text: str) -> Any:
    raise ValueError(f"{shown(text)[1:-1]} is not a whole number")
