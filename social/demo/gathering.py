"""Groups of the feed in the demo: what they are for, and who of those who train is in which."""

from datetime import timedelta

from metya.wallets.models import Member
from social.demo.planting import Planted
from social.groups import actions
from social.groups.models import RankingGroup
from social.ranking import actions as steering
from social.ranking.models import Steering

# Of the cast, who is in the first of them.
SHOWN = "amara"
# By key: name, what it is for, which part of those who train is in it, and what they like more or less of than most.
GROUPS: dict[str, tuple[str, str, float, dict[str, float]]] = {
    "long-reads": (
        "Long reads",
        "Rather one long post a day than fifty short ones: length counts, pictures and freshness hardly.",
        0.4,
        {"length": 2.0, "has_picture": -1.8, "recency": -0.8},
    ),
    "close-circle": (
        "Close circle",
        "News of people one follows comes first, whatever everybody else likes.",
        0.4,
        {"follows_author": 1.6, "likes_all": -1.8},
    ),
    "quiet-voices": (
        "Quiet voices",
        "Posts of members whom few follow, before they are widely liked.",
        0.1,
        {"likes_all": -1.0},
    ),
}


def make(planted: Planted) -> None:
    """The groups, by the community manager; somebody of the cast is in one, another shares a preset."""
    cole = Member.objects.get(handle="cole")
    for key, (name, about, _part, _likes) in GROUPS.items():
        group = actions.write(actor=cole, key=key, name=name, about=about)
        RankingGroup.objects.filter(pk=group.pk).update(made_at=planted.community.now - timedelta(days=2))
    shown = Member.objects.filter(handle=SHOWN, is_demo=True).first()
    if shown is not None:
        actions.join(actor=shown, group=RankingGroup.objects.get(key=next(iter(GROUPS))))
    tomasz = Member.objects.get(handle="tomasz")
    preset = steering.keep(actor=tomasz, name="Sunday paper", sliders={"length": 2, "recency": 0.5}, quotas={})
    steering.share(actor=tomasz, preset=preset, shared=True)


def spread(members: list[Member]) -> dict[int, str]:
    """Who of ``members`` is in which group, by id: a part of them each, evenly strewn; the rest are in none. Writes it down."""
    chosen: dict[int, str] = {}
    place = 0.0
    for key, (_name, _about, part, _likes) in GROUPS.items():
        for member in members[round(place * len(members)) : round((place + part) * len(members))]:
            chosen[member.pk] = key
        place += part
    for pk, key in chosen.items():
        Steering.objects.update_or_create(member_id=pk, defaults={"group": key})
    return chosen


def likes_of(key: str) -> dict[str, float]:
    """What the members of a group like more or less of than most; {} for none."""
    return GROUPS[key][3] if key in GROUPS else {}
