"""Every figure that managers are shown, with the definition that stands beside it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from rewards.reports.live_figures import LIVE
from rewards.reports.metrics import Family, Metric, Rows, Unit, Value, newest, quantile, ratio, share, total
from rewards.reports.moderation_figures import MODERATION


def _last_ratio(part: str, whole: str) -> Value:
    return lambda days: share(days.newest(part), days.newest(whole))


_MEMBERS = Rows("wallets_member", "joined_at", "members")
_WRITTEN = Rows("social_post", "created_at", "posts", (("repost_of__isnull", "True"),))
_POSTS = Rows("social_post", "created_at", "posts", (("repost_of__isnull", "True"), ("in_reply_to__isnull", "True")))
_REPLIES = Rows("social_post", "created_at", "posts", (("in_reply_to__isnull", "False"),))
_EPOCHS = Rows("rewards_epoch", "starts_at", "epochs")


def _deeds(kind: str) -> Rows:
    return Rows("social_interaction", "at", "interactions", (("kind__exact", kind),))


_G, _K, _C, _P, _R, _mod, _live = Family


METRICS: tuple[Metric, ...] = (
    Metric(
        "signups",
        _G,
        _("Sign-ups"),
        _("Accounts made in the period, whether a handle was chosen yet or not."),
        total("signups"),
        rows=_MEMBERS,
        front=True,
    ),
    Metric(
        "activation",
        _G,
        _("Activation"),
        _(
            "Of the accounts made in the period, the share that wrote or did something on the day of joining or "
            "the six days after it. Days of the last week can still rise."
        ),
        ratio("activated", "signups"),
        Unit.SHARE,
        rows=_MEMBERS,
    ),
    Metric(
        "dau",
        _G,
        _("Active in a day"),
        _(
            "Members who wrote a post or reply, or liked, reposted, quoted, replied or followed on a day. The "
            "mean of the days of the period."
        ),
        lambda days: days.mean("active.1"),
        front=True,
    ),
    Metric(
        "wau",
        _G,
        _("Active in a week"),
        _("Different members who were active in the seven days up to the last day of the period."),
        newest("active.7"),
    ),
    Metric(
        "mau",
        _G,
        _("Active in a month"),
        _("Different members who were active in the thirty days up to the last day of the period."),
        newest("active.30"),
    ),
    Metric(
        "stickiness",
        _G,
        _("Stickiness"),
        _("Active in a day, as a share of active in a month: how much of the month’s people come on an ordinary day."),
        lambda days: share(days.mean("active.1"), days.newest("active.30")),
        Unit.SHARE,
    ),
    Metric(
        "members",
        _G,
        _("Members"),
        _("Members who had chosen a handle and had not left by the end of the last day."),
        newest("members"),
    ),
    Metric("left", _G, _("Left"), _("Members who left in the period and have not come back."), total("left")),
    Metric(
        "kept",
        _K,
        _("Still here after a week"),
        _(
            "Of the members who were active in the seven days before the last seven days of the period, the share "
            "that was active again in those last seven."
        ),
        _last_ratio("kept", "keepable"),
        Unit.SHARE,
        front=True,
    ),
    Metric(
        "posts",
        _C,
        _("Posts"),
        _(
            "Posts that open a conversation, quotes among them, for whatever audience; deleted later or not. "
            "Reposts are no posts."
        ),
        total("posts"),
        rows=_POSTS,
        front=True,
    ),
    Metric(
        "replies",
        _C,
        _("Replies"),
        _("Posts that answer another, also one’s own; deleted later or not."),
        total("replies"),
        rows=_REPLIES,
    ),
    Metric(
        "answered",
        _C,
        _("Posts answered"),
        _(
            "Of the posts of the period, the share that somebody else answered within 24 hours. Posts of the last "
            "day can still be answered."
        ),
        ratio("answered", "posts"),
        Unit.SHARE,
    ),
    Metric(
        "first.reply",
        _C,
        _("Time to the first reply"),
        _(
            "Of the posts that somebody else answered within 24 hours: half waited at most so long for the first "
            "answer."
        ),
        quantile("first.reply", 50),
        Unit.MINUTES,
        front=True,
    ),
    Metric(
        "writers",
        _P,
        _("Writers in a day"),
        _("Members who wrote a post or a reply on a day. The mean of the days of the period."),
        lambda days: days.mean("writers"),
        rows=_WRITTEN,
    ),
    Metric(
        "first.posts",
        _P,
        _("First-time writers"),
        _("Members whose first post or reply ever was in the period."),
        total("first.posts"),
        front=True,
    ),
    Metric(
        "pool",
        _R,
        _("Pool"),
        _(
            "What the epochs of the period had to give: released and carried over. Epochs that are not computed "
            "yet are left out."
        ),
        total("pool"),
        Unit.MET,
        rows=_EPOCHS,
        people=False,
        front=True,
    ),
    Metric(
        "paid",
        _R,
        _("Paid in a day"),
        _("Wallets that earned something in an epoch. The mean of the epochs of the period."),
        lambda days: days.mean("paid"),
        rows=_EPOCHS,
        people=False,
    ),
    Metric(
        "median",
        _R,
        _("Median earning"),
        _("Half of the wallets that earned something in the last epoch of the period earned at most so much."),
        newest("median"),
        Unit.MET,
        people=False,
    ),
    Metric(
        "top.1",
        _R,
        _("To the top 1 %"),
        _(
            "What the hundredth of the wallets that earned most (one at least) got of all that was earned in the "
            "last epoch of the period."
        ),
        newest("top.1"),
        Unit.SHARE,
        people=False,
    ),
    Metric(
        "gini",
        _R,
        _("Inequality (Gini)"),
        _(
            "The Gini coefficient of what wallets earned in the last epoch of the period: 0 % when all earn the "
            "same, near 100 % when one earns all. Wallets that earned nothing do not count."
        ),
        newest("gini"),
        Unit.SHARE,
        people=False,
    ),
    Metric(
        "reach",
        _R,
        _("Reach"),
        _("Share of the active members of the last epoch of the period who were paid, as its public file says."),
        newest("reach"),
        Unit.SHARE,
        people=False,
    ),
    Metric(
        "claim.rate",
        _R,
        _("Claimed"),
        _(
            "Of all amounts that had become claimable by the end of the period, the share that had been claimed "
            "by then."
        ),
        _last_ratio("claimed", "due"),
        Unit.SHARE,
        people=False,
        front=True,
    ),
    Metric(
        "kind.like",
        _R,
        _("Likes"),
        _("Likes given in the period, taken back later or not."),
        total("kind.like"),
        rows=_deeds("like"),
    ),
    Metric(
        "kind.reply",
        _R,
        _("Replies to others"),
        _("Replies to posts of somebody else."),
        total("kind.reply"),
        rows=_deeds("reply"),
    ),
    Metric(
        "kind.repost",
        _R,
        _("Reposts"),
        _("Reposts of posts of somebody else, taken back later or not."),
        total("kind.repost"),
        rows=_deeds("repost"),
    ),
    Metric(
        "kind.quote", _R, _("Quotes"), _("Quotes of posts of somebody else."), total("kind.quote"), rows=_deeds("quote")
    ),
    Metric(
        "kind.follow",
        _R,
        _("Follows"),
        _("Follows in the period, ended later or not."),
        total("kind.follow"),
        rows=_deeds("follow"),
    ),
    *MODERATION,
    *LIVE,
)


def of(family: Family) -> Sequence[Metric]:
    """The metrics of a family, in their order."""
    return [metric for metric in METRICS if metric.family is family]


def front() -> Sequence[Metric]:
    """Those of the first page."""
    return [metric for metric in METRICS if metric.front]
