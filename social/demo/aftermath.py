"""What happened around the talk: people who avoid each other, a suspended member, reports and an appeal that wait for a
moderator, and what Ines keeps for herself."""

from datetime import datetime, timedelta
from random import Random

from django.db.models import Count

from metya.wallets.models import Member
from social.appeals import actions as appeals
from social.bookmarks import actions as bookmarks
from social.bookmarks.models import Bookmark
from social.demo import chronicle, complaints, gathering, labels, preferring, signalled, styles
from social.demo.people import Role
from social.demo.planting import Planted
from social.follows import actions as follows
from social.moderation import actions as moderation
from social.moderation import decisions
from social.moderation.models import Decision, Report
from social.posts.models import Post, Tag
from social.tags import actions as tags


def add(planted: Planted) -> None:
    """Mutes, a block, a suspension, open reports, an appeal, folders and followed tags, through the same actions as anybody's."""
    rng = Random(planted.community.seed)  # noqa: S311
    regulars = [
        one for one in _members(planted, Role.REGULAR) if one.joined_at < planted.community.now - timedelta(days=2)
    ]
    ring, spammer = _members(planted, Role.RING), _members(planted, Role.SUSPENDED)[0]
    watchful = rng.sample(regulars, 5)
    for member in watchful[:-1]:
        follows.mute(actor=member, target=rng.choice(ring))
    follows.block(actor=watchful[0], target=spammer)
    chronicle.add(planted.community.now, Random(planted.community.seed))  # noqa: S311
    _suspend(planted, spammer, watchful[0])
    note = "They like and repost only each other, always within minutes."
    _report(planted, watchful[1], ring[0], "trading", note)
    note = "Asked me to like ten posts in return for ten likes. Is that allowed?"
    _report(planted, watchful[-1], ring[1], "trading", note, whole=True)
    _appeal(planted, watchful[2], watchful[3])
    complaints.add(planted, regulars, rng)
    signalled.add(planted)
    labels.add(planted)
    preferring.add(planted)
    styles.add(planted, regulars)
    gathering.make(planted)
    _keep(Member.objects.get(handle="ines"))


def _members(planted: Planted, role: Role) -> list[Member]:
    return [planted.members[person.place] for person in planted.community.people if person.role is role]


def _keep(ines: Member) -> None:
    """Bookmarks in two folders, one post in both, and the tags that are used most."""
    folders = [bookmarks.create_folder(actor=ines, name=name) for name in ("Read again", "For the workshop")]
    kept = Post.objects.visible_to(ines).present().filter(pk__in=Bookmark.objects.filter(member=ines).values("post"))
    for place, post in enumerate(kept.order_by("pk")[:7]):
        bookmarks.file(actor=ines, post=post, folders=folders if place == 3 else [folders[place % 2]])
    used = Tag.objects.annotate(people=Count("uses__post__author", distinct=True)).order_by("-people", "name")
    for tag in used[:3]:
        tags.follow_tag(actor=ines, tag=tag)


def _suspend(planted: Planted, spammer: Member, reporter: Member) -> None:
    """Somebody reported the links, Mona agreed and suspended the account."""
    mona = Member.objects.get(handle="mona")
    note = "Promises to turn 100 into 900 in a week. The link asks for a seed phrase."
    report = _report(planted, reporter, spammer, "scam", note)
    facts = "Links to a site that asks for seed phrases, posted three times."
    made = decisions.decide(actor=mona, case=report.case, kind="suspend", rule="scam", facts=facts, days=90, sure=True)
    Decision.objects.filter(pk=made.pk).update(effective_at=planted.community.now)
    decisions.apply_due()


def _appeal(planted: Planted, reporter: Member, member: Member) -> None:
    """Ada warned somebody, who says that she is wrong: another moderator has to look."""
    report = _report(planted, reporter, member, "spam", "Much the same as last week, and the week before.")
    facts = "The same is said again and again, in words that hardly differ."
    ada = Member.objects.get(handle="ada")
    made = decisions.decide(actor=ada, case=report.case, kind="warn", rule="spam", facts=facts)
    Decision.objects.filter(pk=made.pk).update(effective_at=planted.community.now)
    decisions.apply_due()
    made.refresh_from_db()
    appeals.appeal(
        actor=member,
        decision=made,
        text="I was asked about it each time, and answered. Please read what stands around it.",
    )


def _report(planted: Planted, reporter: Member, member: Member, rule: str, note: str, *, whole: bool = False) -> Report:
    """About somebody's newest post (``whole``: about the member), a few hours ago."""
    post = None if whole else Post.objects.filter(author=member, repost_of=None).order_by("-pk").first()
    report = moderation.report(actor=reporter, member=member, post=post, rule=rule, note=note)
    since = post.created_at if post else member.joined_at
    report.created_at = _between(since, planted.community.now)
    report.save(update_fields=["created_at"])
    return report


def _between(start: datetime, end: datetime) -> datetime:
    return start + (end - start) * 0.4
