"""Ways to steer that everybody has: what differs from the usual, by feature and by source."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class BuiltIn:
    key: str
    name: Any
    about: Any
    sliders: dict[str, float] = field(default_factory=dict)
    quotas: dict[str, int] = field(default_factory=dict)


BUILT_IN = (
    BuiltIn(
        "calm",
        _("Calm"),
        _("Less of what everybody talks about, more of people you know and of what joins groups."),
        {"likes_all": 0, "replies_all": -0.5, "from_topic": 0, "bridging": 2, "follows_author": 1.5, "length": 1.5},
        {"topics": 25, "exploration": 25},
    ),
    BuiltIn(
        "fresh",
        _("Fresh"),
        _("The newest first; what you saw before sinks deep."),
        {"recency": 2, "seen": 2, "likes_all": 0, "likes_followed": 0.5},
    ),
    BuiltIn(
        "friends-first",
        _("Friends first"),
        _("People you follow, and most of all those who follow you back."),
        {"follows_author": 2, "mutual": 2, "affinity": 2, "from_topic": 0, "from_exploration": 0, "recency": 0.5},
        {"following": 300, "topics": 15, "exploration": 10},
    ),
    BuiltIn(
        "discover",
        _("Discover"),
        _("People and topics that you do not follow yet."),
        {
            "follows_author": -0.5,
            "mutual": 0,
            "new_author": 2,
            "from_topic": 2,
            "from_exploration": 2,
            "bridging": 2,
            "seen": 2,
        },
        {"following": 75, "topics": 100, "exploration": 150},
    ),
)


def built_in(key: str) -> BuiltIn | None:
    return next((one for one in BUILT_IN if one.key == key), None)
