"""Labels by page: on one post, by one labeller, on what one wrote, and what a reader chooses from."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.labels import policy
from social.labels.models import (
    GRACE,
    Label,
    LabelChoice,
    Labelling,
    LabellingQuerySet,
    Objection,
    Recommendation,
    State,
    Subscription,
    labellers,
)
from social.posts.models import Post

MOST_LABELLERS = 100
_SHOWN = ("label", "labeller__profile", "post__author", "objection")


@dataclass(frozen=True)
class Said:
    """A label on a post as ``viewer`` meets it on a page about labels."""

    labelling: Labelling
    objection: Objection | None
    may_object: bool
    may_remove: bool
    may_put_back: bool


@dataclass(frozen=True)
class SaidPage:
    """What a labeller said, newest first, and before which id the next page begins (None: the last)."""

    items: list[Said]
    next: int | None


@dataclass(frozen=True)
class Record:
    """What became of a labeller's labels: how many stand, and of objections how many were refused and granted."""

    standing: int
    upheld: int
    lifted: int


@dataclass(frozen=True)
class Offer:
    """A labeller whom a reader may follow."""

    labeller: Member
    recommended: bool
    followed: bool


@dataclass(frozen=True)
class Wish:
    """How a reader meets a label."""

    label: Label
    choice: str


def on_post(viewer: Member, post: Post) -> list[Said]:
    """Those that count; besides, of one's own (put, or on one's own post) all that was not replaced, newest first. One query."""
    rows = Labelling.objects.filter(post=post)
    counting = Exists(Labelling.objects.counting().filter(pk=OuterRef("pk")))
    if post.author_id == viewer.pk:
        rows = rows.filter(counting | Q(objection__isnull=False))
    else:
        recent = Q(labeller=viewer, ended_at__gt=timezone.now() - GRACE) | Q(labeller=viewer, objection__isnull=False)
        rows = rows.filter(counting | Q(labeller=viewer, state=State.STANDING) | recent)
    return [_said(viewer, one) for one in rows.select_related(*_SHOWN).order_by("-pk")]


def on_own(author: Member) -> list[Said]:
    """What stands on the author's posts, newest first, at most a hundred; one query."""
    rows = Labelling.objects.counting().filter(post__author=author, post__deleted_at=None)
    return [_said(author, one) for one in rows.select_related(*_SHOWN).order_by("-pk")[:100]]


def by_labeller(viewer: Member | None, labeller: Member, before: int | None, size: int = PAGE_SIZE) -> SaidPage:
    """What counts, on posts that ``viewer`` may see; one query."""
    rows = _seen_by(viewer, Labelling.objects.counting().filter(labeller=labeller))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related(*_SHOWN).order_by("-pk")[: size + 1])
    following = found[size - 1].pk if len(found) > size else None
    return SaidPage([_said(viewer, one) for one in found[:size]], following)


def _seen_by(viewer: Member | None, rows: LabellingQuerySet) -> LabellingQuerySet:
    return rows.filter(Exists(Post.objects.visible_to(viewer).present().public().filter(pk=OuterRef("post"))))


def record_of(labeller: Member) -> Record:
    """One query each for what stands and what was decided."""
    outcomes = Objection.objects.filter(labeller=labeller).values_list("outcome").annotate(Count("pk")).order_by()
    decided = dict(outcomes)
    standing = Labelling.objects.counting().filter(labeller=labeller, post__deleted_at=None).count()
    return Record(standing, decided.get("upheld", 0), decided.get("lifted", 0))


def offers(viewer: Member) -> list[Offer]:
    """Whom the viewer may follow, the recommended first; one query."""
    rows = (
        labellers()
        .exclude(pk=viewer.pk)
        .select_related("profile")
        .annotate(
            recommended=Exists(Recommendation.objects.filter(labeller=OuterRef("pk"))),
            followed=Exists(Subscription.objects.filter(member=viewer, labeller=OuterRef("pk"))),
        )
    )
    found = rows.order_by("-followed", "-recommended", "handle")[:MOST_LABELLERS]
    return [Offer(one, vars(one)["recommended"], vars(one)["followed"]) for one in found]


def wishes(viewer: Member) -> list[Wish]:
    """Each label in use, as the viewer chose or as it proposes; two queries."""
    chosen = dict(LabelChoice.objects.filter(member=viewer).values_list("label", "choice"))
    return [Wish(one, chosen.get(one.pk, one.usual)) for one in Label.objects.active()]


def _said(viewer: Member | None, one: Labelling) -> Said:
    objection = getattr(one, "objection", None)
    if viewer is None:
        return Said(one, None, False, False, False)
    concerned = viewer.pk in (one.labeller_id, one.post.author_id)
    fresh = one.state == State.REMOVED and one.ended_at is not None and one.ended_at > timezone.now() - GRACE
    mine = policy.may_remove(viewer, one)
    return Said(
        one,
        objection if concerned else None,
        may_object=objection is None and policy.may_object(viewer, one),
        may_remove=mine and one.stands,
        may_put_back=mine and fresh and not one.over,
    )
