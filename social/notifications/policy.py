"""What a member may decide about their notifications."""

from social.notifications.models import NotificationKind, Reach

# Notices tell of one's own posts and account (a removal, a post that could not be posted): they always arrive.
CHOOSABLE = tuple(kind for kind in NotificationKind if kind != NotificationKind.NOTICE)
# Pushed unless the member chooses otherwise: what is said to them, waits for them or concerns their money. A device that tells of
# every like is soon told to be quiet.
PUSHED = (
    NotificationKind.REPLY,
    NotificationKind.MENTION,
    NotificationKind.QUOTE,
    NotificationKind.REQUEST,
    NotificationKind.PAYOUT,
    NotificationKind.NOTICE,
)
# Nobody stands behind a payout, and whoever accepted a request is followed.
_ALL_OR_NOTHING = (NotificationKind.PAYOUT, NotificationKind.ACCEPTED)


def reaches_of(kind: str) -> tuple[Reach, ...]:
    """What can be chosen for a kind; nothing for one that always arrives."""
    if kind not in CHOOSABLE:
        return ()
    return (Reach.EVERYONE, Reach.NOBODY) if kind in _ALL_OR_NOTHING else tuple(Reach)


def may_choose(kind: str, reach: str) -> bool:
    return reach in reaches_of(kind)
