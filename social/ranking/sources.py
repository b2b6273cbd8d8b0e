"""Where candidates come from, and how many of each source are looked at."""

from dataclasses import dataclass

FOLLOWING, COMMUNITIES, TOPICS, SIMILAR, EXPLORATION = "following", "communities", "topics", "similar", "exploration"
# At most; what a member does not change. Together they are what one ranking may look at.
QUOTAS = {FOLLOWING: 200, COMMUNITIES: 100, TOPICS: 75, SIMILAR: 75, EXPLORATION: 50}
MOST = sum(QUOTAS.values())


@dataclass(frozen=True)
class Source:
    """``key`` as slates keep it, the quota it is counted in, and the feature that says so (blank: none of its own)."""

    key: str
    quota: str
    feature: str = ""


# In the order of the numbers that the statement of candidates gives; the first that has a post names its source.
SOURCES = (
    Source("following", FOLLOWING),
    Source("list", COMMUNITIES, "from_list"),
    Source("tag", COMMUNITIES),
    Source("topic", TOPICS, "from_topic"),
    Source("similar", SIMILAR, "from_similar"),
    Source("exploration", EXPLORATION, "from_exploration"),
)
QUOTA_OF = {source.key: source.quota for source in SOURCES}


def quotas_with(chosen: dict[str, int]) -> dict[str, int]:
    """The usual numbers with what a member chose; what is not known any more is left out."""
    return {name: int(chosen.get(name, usual)) for name, usual in QUOTAS.items()}
