"""What a word that is being typed may become: people's handles and hashtags."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from metya.wallets.models import Member
from social.follows.models import Follow
from social.posts.models import Post, Tag
from social.posts.render import tag_name
from social.profiles.models import Profile

MOST = 6


@dataclass(frozen=True)
class Completion:
    """``value`` is what is put into the text, ``label`` what else is shown."""

    value: str
    label: str = ""


def completions(viewer: Member, word: str) -> list[Completion]:
    """For "@in" people whose handle or name begins so, those whom ``viewer`` follows first; for "#ri" tags; one query."""
    begin = word[1:41]
    if len(begin) < 1 or word[0] not in "@#":
        return []
    return _people(viewer, begin) if word[0] == "@" else _tags(viewer, begin)


def _people(viewer: Member, begin: str) -> list[Completion]:
    follows = Exists(Follow.objects.filter(source=viewer, target=OuterRef("member")))
    rows = Profile.objects.visible_to(viewer).exclude(member=viewer).annotate(followed=follows)
    rows = rows.filter(Q(member__handle__startswith=begin.lower()) | Q(name__istartswith=begin))
    chosen = rows.order_by("-followed", "-follower_count", "pk").values_list("member__handle", "name")[:MOST]
    return [Completion(f"@{handle}", name) for handle, name in chosen]


def _tags(viewer: Member, begin: str) -> list[Completion]:
    seen = Post.objects.visible_to(viewer).present().public()
    rows = Tag.objects.filter(name__startswith=tag_name(begin)).annotate(
        count=Count("uses", filter=Q(uses__post__in=seen.values("pk")))
    )
    return [Completion(f"#{row.name}") for row in rows.filter(count__gt=0).order_by("-count", "name")[:MOST]]
