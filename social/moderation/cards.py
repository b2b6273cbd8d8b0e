"""A case as one screen: what it is about in its context, who it is about, and what else is known."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from social.appeals.models import Appeal
from social.detection import reads as detection
from social.messages.evidence import pictures_of
from social.moderation import claims, policy, reads
from social.moderation import evidence as snapshots
from social.moderation.models import DEEDS, Case, CaseNote, Decision, Deed, Kind, Report, Strike
from social.moderation.stakes import Stake, at_stake
from social.posts.models import Post, PostImage
from social.profiles.models import Profile
from social.rules import reads as rules
from social.rules.models import Queue

PARENTS = 2
SHOWN = 20


APPEALS = "appeals"


@dataclass(frozen=True)
class Tab:
    """One queue: where it is, and how many wait in it."""

    key: str
    name: str
    count: int
    address: str


@dataclass(frozen=True)
class Complaint:
    """A report, and how often its reporter was right."""

    report: Report
    accuracy: reads.Accuracy


@dataclass(frozen=True)
class Choice:
    """What can be decided, by which key."""

    deed: Deed
    key: str


@dataclass(frozen=True)
class Card:
    case: Case
    mine: bool
    complaints: list[Complaint]
    signs: list[detection.Sign]
    post: Post | None
    parents: list[Post]
    pictures: list[str]
    profile: Profile | None
    earlier: list[Decision]
    strikes: int
    similar: list[Case]
    notes: list[CaseNote]
    rules: list[rules.Worded]
    choices: list[Choice]
    likely: str
    overdue: bool
    before: int | None = None
    after: int | None = None
    decision: Decision | None = None
    reported: int = field(default=0)
    stakes: list[Stake] = field(default_factory=list)

    @property
    def evidence(self) -> list[str]:
        """How it stood when it was reported, each wording once; of a profile that nobody reported, how it stands."""
        reported = [one.report.evidence for one in self.complaints]
        signalled = [one.signal.snapshot for one in self.signs]
        found = list(dict.fromkeys(text for text in (*reported, *signalled) if text))
        if not found and self.case.kind == Kind.PROFILE and self.profile is not None:
            return [snapshots.said_by(self.profile)]
        return found

    @property
    def changed(self) -> bool:
        """Whether its author changed the words after somebody reported them."""
        when = self.post.edited_at if self.post is not None and self.post.present else None
        return when is not None and any(one.report.created_at < when for one in self.complaints)

    @property
    def address(self) -> str:
        """Where to look at it among people, or among the staff's tables; empty for what is private."""
        if self.post is not None:
            return reverse("admin:social_post_change", args=[self.post.pk])
        return {Kind.PROFILE: self.case.member.get_absolute_url(), Kind.LIST: f"/lists/{self.case.subject_id}/"}.get(
            Kind(self.case.kind), ""
        )


KEYS = {
    Deed.APPROVE: "a",
    Deed.HIDE: "h",
    Deed.REMOVE: "r",
    Deed.WARN: "w",
    Deed.LIMIT: "l",
    Deed.SUSPEND: "s",
}


def tabs(actor: Member) -> list[Tab]:
    """The queues as far as they are the actor's, the most urgent first, and appeals; two queries."""
    counted = Case.objects.for_(actor, senior=policy.is_senior(actor)).waiting().order_by().values("queue")
    found = dict(counted.annotate(count=Count("pk")).values_list("queue", "count"))
    here = reverse("queue:index")
    queues = [Tab(one, str(one.label), found.get(one, 0), f"{here}?queue={one}") for one in Queue]
    appeals = Tab(APPEALS, _("Appeals"), Appeal.objects.for_(actor).count(), reverse("appeals-desk:index"))
    return [Tab("", _("All"), sum(found.values()), here), *queues, appeals]


def card(actor: Member, case: Case, queue: str = "") -> Card:
    """Everything on the screen of ``case``; about seventeen queries, whatever the size of the queue."""
    found = list(
        Report.objects.filter(case=case).select_related("reporter", "rule_version__rule").order_by("pk")[:SHOWN]
    )
    complaints = [Complaint(one, reads.accuracy(one.reporter)) for one in found]
    post = _post(case)
    now = timezone.now()
    signs = detection.signs(case)
    said = [one.rule_version.rule.key for one in found] + [one.signal.rule_version.rule.key for one in signs]
    worded = rules.in_force()
    return Card(
        case=case,
        mine=case.state == Case.State.OPEN and case.claimed_by_id == actor.pk and _later(case.claimed_until, now),
        complaints=complaints,
        signs=signs,
        post=post,
        parents=_parents(post),
        pictures=_pictures(case, post),
        profile=Profile.objects.filter(member=case.member_id).select_related("member").first(),
        earlier=_earlier(case),
        strikes=Strike.objects.standing().filter(member=case.member_id).count(),
        similar=list(Case.objects.open().filter(member=case.member_id).exclude(pk=case.pk).order_by("rank_at")[:5]),
        notes=list(CaseNote.objects.filter(case=case).select_related("by").order_by("pk")),
        rules=worded,
        choices=[Choice(one, KEYS[one]) for one in DEEDS[Kind(case.kind)]],
        likely=max(said, key=said.count) if said else "",
        overdue=case.due_at <= now,
        before=_neighbour(actor, case, queue, ahead=False),
        after=_neighbour(actor, case, queue, ahead=True),
        decision=Decision.objects.standing().filter(case=case).select_related("moderator", "rule_version").first(),
        reported=Report.objects.filter(case=case).count() if len(found) == SHOWN else len(found),
        stakes=at_stake(case.member),
    )


def _later(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


def _post(case: Case) -> Post | None:
    """The post, or the one whose picture it is; also when it is deleted, as long as it has its row."""
    posts = Post.objects.select_related("author__profile", "in_reply_to")
    if case.kind == Kind.POST:
        return posts.filter(pk=case.subject_id).first()
    return posts.filter(images=case.subject_id).first() if case.kind == Kind.IMAGE else None


def _parents(post: Post | None) -> list[Post]:
    """What it answers, and what that answers, the outermost first."""
    found: list[Post] = []
    above = post.in_reply_to_id if post else None
    while above is not None and len(found) < PARENTS:
        row = Post.objects.select_related("author").get(pk=above)
        found.insert(0, row)
        above = row.in_reply_to_id
    return found


def _pictures(case: Case, post: Post | None) -> list[str]:
    """Addresses of those that it is about."""
    if case.kind == Kind.IMAGE:
        return [one.url for one in PostImage.objects.filter(pk=case.subject_id)]
    if case.kind == Kind.POST and post is not None:
        return [one.url for one in post.pictures]
    if case.kind == Kind.MESSAGE:
        return pictures_of(case.subject_id)
    return []


def _earlier(case: Case) -> list[Decision]:
    """The latest decisions about the member."""
    rows = Decision.objects.standing().filter(member=case.member_id).exclude(case=case)
    return list(rows.select_related("rule_version").order_by("-pk")[:5])


def _neighbour(actor: Member, case: Case, queue: str, *, ahead: bool) -> int | None:
    """The case after, or before, in the order of the queue, that nobody else has in hand."""
    if not policy.may_moderate(actor):
        return None
    rows = claims.cases_of(actor).waiting().claimable_by(actor)
    if queue:
        rows = rows.filter(queue=queue)
    if ahead:
        rows = rows.filter(Q(rank_at__gt=case.rank_at) | Q(rank_at=case.rank_at, pk__gt=case.pk))
    else:
        rows = rows.filter(Q(rank_at__lt=case.rank_at) | Q(rank_at=case.rank_at, pk__lt=case.pk))
        rows = rows.order_by("-rank_at", "-pk")
    return rows.values_list("pk", flat=True).first()
