"""What is computed at night of all members together; nothing until it was computed for the first time."""

from collections.abc import Sequence


def neighbours_of(member_id: int) -> dict[int, float]:
    """Posts that go with what the member liked, each with its score; empty until neighbours are computed."""
    return {}


def bridging_of(ids: Sequence[int]) -> dict[int, float]:
    """How much posts are liked across groups that seldom like the same; empty until that is computed."""
    return {}
