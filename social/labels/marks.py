"""The labels of posts as one reader meets them: they come along with the reader's marks, so that a page takes no query more,
and whoever subscribed to nobody pays nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from metya.wallets.models import Member, Role
from social.labels.models import Choice, LabelChoice, Labelling, Subscription

if TYPE_CHECKING:
    from social.posts.models import Post

LABEL, ROLE = "label", "labeller"
# A character that no text holds (social.posts.text refuses it).
_BETWEEN = "\x1f"
_ORDER = (Choice.SHOW, Choice.WARN, Choice.HIDE)


@dataclass(frozen=True)
class Mark:
    """One label on a post, as its reader chose to meet it."""

    choice: str
    name: str
    handle: str
    reason: str


@dataclass(frozen=True)
class Labels:
    """All that a reader meets on one post: how, by the strictest choice, and which ask for it."""

    marks: tuple[Mark, ...]

    @property
    def choice(self) -> str:
        return max((one.choice for one in self.marks), key=_ORDER.index)

    @property
    def hide(self) -> bool:
        return self.choice == Choice.HIDE

    @property
    def folding(self) -> list[Mark]:
        """Those behind which the post is folded, where somebody meets it all the same."""
        return [one for one in self.marks if one.choice != Choice.SHOW]

    @property
    def shown(self) -> list[str]:
        """The names on badges, each once."""
        return sorted({one.name for one in self.marks if one.choice == Choice.SHOW})


def reads_labels(viewer: Member) -> bool:
    """Whether they subscribed to anybody; stands in the profile, which comes with the session."""
    profile = getattr(viewer, "profile", None)
    return profile is not None and profile.reads_labels


def rows_for(viewer: Member, ids: list[int], *, reads: bool, staff: bool) -> "list[QuerySet[Any]]":
    """Rows (what, of, word): of the labels on the posts ``ids``, where ``viewer`` ``reads`` any; of the role of a labeller,
    which only ``staff`` can hold."""

    def text(value: str) -> Value:
        return Value(value, output_field=CharField())

    found: list[QuerySet[Any]] = []
    if reads:
        chosen = LabelChoice.objects.filter(member=viewer, label=OuterRef("label")).values("choice")[:1]
        wanted = Subscription.objects.filter(member=viewer).values("labeller")
        rows = Labelling.objects.counting().filter(post__in=ids, labeller__in=wanted).exclude(post__author=viewer)
        parts = (Coalesce(Subquery(chosen), F("label__usual")), "label__name", "labeller__handle", "reason")
        pieces = [piece for part in parts for piece in (text(_BETWEEN), part)][1:]
        word = Concat(*pieces, output_field=CharField())
        found.append(rows.annotate(what=text(LABEL), of=F("post_id"), word=word))
    if staff:
        holds = Member.groups.through.objects.filter(member=viewer, group__name=Role.LABELLER)
        found.append(holds.annotate(what=text(ROLE), of=F("member_id"), word=text("")))
    return found


def labels_of(rows: "list[tuple[str, int, str]]") -> dict[int, Labels]:
    """By post; from the rows of the marks."""
    found: dict[int, list[Mark]] = {}
    for what, of, word in rows:
        if what == LABEL:
            found.setdefault(of, []).append(Mark(*word.split(_BETWEEN)))
    return {pk: Labels(tuple(sorted(marks, key=lambda one: (one.name, one.handle)))) for pk, marks in found.items()}


def holds_role(marks: set[tuple[str, int]], viewer: Member) -> bool:
    return (ROLE, viewer.pk) in marks


def labellable(actor: Member, post: "Post") -> bool:
    """Public words of others that are still there; never one's own, and no repost."""
    public = post.present and post.visibility == "public" and post.repost_of_id is None
    return public and post.author_id != actor.pk
