"""A model: the community's weights, the offsets of opt-in groups, and the one way to store and read them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats, floats
from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import FEATURES_VERSION, KEYS, START, version_of
from social.ranking.maths.textfiles import dump

FORMAT = 1
_LARGEST = 1_000.0


@dataclass(frozen=True, slots=True)
class Weights:
    """θ, and b of each group by its name; for a model of `keys`, by default the features of this version."""

    theta: Floats
    offsets: Mapping[str, Floats] = field(default_factory=dict)
    keys: tuple[str, ...] = KEYS

    def __post_init__(self) -> None:
        wide = (len(self.keys),)
        object.__setattr__(self, "theta", _frozen("weights", self.theta, wide))
        offsets = {name: _frozen(f"offsets of {name}", b, wide) for name, b in sorted(self.offsets.items())}
        object.__setattr__(self, "offsets", offsets)

    @classmethod
    def start(cls) -> "Weights":
        """The first champion, set by hand."""
        return cls(START)

    def of(self, group: str | None = None, residual: ArrayLike | None = None) -> Floats:
        """θ + b + δ for a reader; a group that the model does not know has no offset."""
        whole = self.theta.copy()
        if group is not None and group in self.offsets:
            whole += self.offsets[group]
        if residual is not None:
            whole += floats("residual", residual, (len(self.keys),))
        return whole

    def to_json(self) -> str:
        """One line of JSON with a checksum over the rest of it."""
        content = self._content()
        return dump(content | {"checksum": _checksum(content)})

    @classmethod
    def from_json(cls, text: str | bytes, *, features_version: str | None = FEATURES_VERSION) -> "Weights":
        """What `to_json` wrote. Raises RankingError when it is cut off, altered, or a model of other features."""
        content = _loaded(text)
        checksum = content.pop("checksum", None)
        if checksum != _checksum(content):
            raise RankingError("The model does not have the checksum it was written with.", code="model-altered")
        if content.get("format") != FORMAT:
            raise RankingError("The model has a format that this version does not read.", code="model-format")
        if features_version is not None and content.get("features_version") != features_version:
            raise RankingError("The model was made for another list of features.", code="other-features")
        try:
            return cls(
                _numbers(content["theta"]),
                {name: _numbers(b) for name, b in content["offsets"].items()},
                tuple(str(key) for key in content["keys"]),
            )
        except (KeyError, TypeError, AttributeError):
            raise RankingError("The model lacks what a model has.", code="model-incomplete") from None

    def _content(self) -> dict[str, Any]:
        return {
            "features_version": version_of(self.keys),
            "format": FORMAT,
            "keys": list(self.keys),
            "offsets": {name: b.tolist() for name, b in self.offsets.items()},
            "theta": self.theta.tolist(),
        }


def _frozen(name: str, values: ArrayLike, shape: tuple[int]) -> Floats:
    array = np.array(floats(name, values, shape))
    if (np.abs(array) > _LARGEST).any():
        raise RankingError(f"{name} must be within ± {_LARGEST:g}", code="too-large")
    array.setflags(write=False)
    return array


def _numbers(values: Any) -> Floats:
    if not isinstance(values, list) or any(type(value) not in (int, float) for value in values):
        raise TypeError
    return np.array(values, dtype=np.float64)


def _checksum(content: dict[str, Any]) -> str:
    try:
        return hashlib.sha256(dump(content).encode()).hexdigest()
    except ValueError:
        raise RankingError("The model has weights that are no finite numbers.", code="not-finite") from None


def _loaded(text: str | bytes) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise RankingError("The model is cut off or is no JSON.", code="model-truncated") from None
    if not isinstance(content, dict):
        raise RankingError("The model is no JSON object.", code="model-incomplete")
    return content
