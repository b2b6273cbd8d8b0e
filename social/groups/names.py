"""What groups are called where readers meet them; versions and records know their keys alone."""

from collections.abc import Mapping

from social.groups.models import RankingGroup


def names() -> dict[str, str]:
    """Names by key; one query."""
    return dict(RankingGroup.objects.order_by().values_list("key", "name"))


def shown(key: str, known: Mapping[str, str]) -> str:
    """The name of a group; of one that has no row here its key, and "" of none."""
    return known.get(key, key)
