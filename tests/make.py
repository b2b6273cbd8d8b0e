"""Builders of test data; each makes one thing with sensible defaults."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from eth_account import Account as EthAccount
from eth_account.signers.local import LocalAccount

from metya.wallets.models import Member, Wallet
from social.follows.models import Follow
from social.interactions.models import Interaction
from social.moderation import actions as moderation
from social.moderation import decisions
from social.moderation.models import Decision, Report
from social.posts import removal
from social.posts.models import Post, PostImage, image_name
from social.posts.storage import picture_storage
from social.profiles.models import Profile

_serial = iter(range(1, 10_000_000))


def key(number: int | None = None) -> LocalAccount:
    """A deterministic key pair."""
    return EthAccount.from_key((number or next(_serial)).to_bytes(32, "big"))


def member(
    handle: str = "", *, roles: tuple[str, ...] = (), signer: LocalAccount | None = None, **fields: Any
) -> Member:
    """An onboarded member with a profile and one linked wallet, which is the payout wallet."""
    number = next(_serial)
    handle = handle or f"member{number}"
    person = Member.objects.create(handle=handle, onboarded_at=timezone.now(), is_staff=bool(roles), **fields)
    wallet = Wallet.objects.create(member=person, address=(signer or key(10_000 + number)).address.lower())
    person.payout_wallet = wallet
    person.save(update_fields=["payout_wallet"])
    for role in roles:
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    Profile.objects.create(member=person, name=handle.title())
    return person


def follow(source: Member, target: Member) -> Follow:
    """A standing follow, as a row and as an interaction."""
    Interaction.objects.create(source=source, target=target, kind="follow")
    return Follow.objects.create(source=source, target=target)


def post(author: Member, text: str = "Hello", **fields: Any) -> Post:
    """A post as written rows (no notifications, no counters): use the action where those matter."""
    fields.setdefault("html", f"<p>{text}</p>" if text else "")
    return Post.objects.create(author=author, text=text, **fields)


def report(reporter: Member, member: Member, *, rule: str = "spam", post: Post | None = None, **fields: Any) -> Report:
    """A complaint, with its case."""
    return moderation.report(actor=reporter, member=member, rule=rule, post=post, **fields)


def decide(
    moderator: Member, report: Report, kind: str = "approve", *, applied: bool = True, **fields: Any
) -> Decision:
    """A decision about the case of a report, with its effects unless told otherwise."""
    fields.setdefault("rule", "" if kind == "approve" else "spam")
    made = decisions.decide(actor=moderator, case=report.case, kind=kind, **fields)
    if applied:
        Decision.objects.filter(pk=made.pk).update(effective_at=timezone.now())
        decisions.apply_due()
    made.refresh_from_db()
    return made


def suspend(moderator: Member, member: Member, days: int = 7, facts: str = "") -> Decision:
    """A suspension by a case that the moderator opens, with its effects."""
    case = moderation.open_case(actor=moderator, member=member, rule="spam", note="Seen")
    made = decisions.decide(actor=moderator, case=case, kind="suspend", rule="spam", facts=facts, days=days, sure=True)
    Decision.objects.filter(pk=made.pk).update(effective_at=timezone.now())
    decisions.apply_due()
    made.refresh_from_db()
    member.refresh_from_db()
    return made


def picture(member: Member, post: Post | None = None, data: bytes = b"a picture", alt: str = "A map") -> PostImage:
    """A stored file as a picture of a post, or as one that waits for its post."""
    name = picture_storage().save(image_name(PostImage(post=post), ""), ContentFile(data))
    return PostImage.objects.create(member=member, post=post, file=name, width=1, height=1, alt=alt)


def past_undoing(post: Post) -> None:
    """The time in which a deleted post may come back is over."""
    Post.objects.filter(pk=post.pk).update(undo_until=timezone.now())
    removal.forget()
