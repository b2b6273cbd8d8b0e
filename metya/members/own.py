"""The account itself in a member's download, and its erasing, which comes last."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from metya.members import downloads
from metya.members.models import Download, Preferences, RetiredHandle
from metya.members.parts import ERASED, Row, Section, Step, deleting, one_of
from metya.ops.models import AuditEvent
from metya.wallets import sessions
from metya.wallets.models import Challenge, Member, Wallet

GONE = "gone_"
# What in an audit event names a person or what they own.
_NAMES = ("handle", "author", "address", "before", "after", "wallets")
RULES = {
    "members.Preferences.member": ERASED,
    "members.Download.member": ERASED,
    "members.Departure.member": "kept: that the member was erased, and when",
    "wallets.Wallet.member": "kept: money is owed to wallets, and past epochs are computed again from who held which when",
    "wallets.Challenge.member": ERASED,
    "wallets.Member_groups.member": ERASED,
    "wallets.Member_user_permissions.member": ERASED,
    "ops.AuditEvent.actor": "kept: who did what, by number; names are taken out",
    "account.EmailAddress.user": ERASED,
    "socialaccount.SocialAccount.user": ERASED,
    "mfa.Authenticator.user": ERASED,
    "usersessions.UserSession.user": ERASED,
    "admin.LogEntry.user": "kept: what staff did, by number",
}


def sections(member: Member) -> list[Section]:
    return [
        Section("account", _("Your account"), lambda: _account(member)),
        Section("wallets", _("Wallets"), lambda: _wallets(member)),
        Section("sessions", _("Where you are signed in"), lambda: _sessions(member)),
        Section("history", _("What was noted about your account"), lambda: _events(member)),
    ]


def _account(member: Member) -> Iterator[Row]:
    chosen = (
        Preferences.objects.filter(pk=member.pk).values("theme", "text", "motion", "zone", "language", "heard").first()
    )
    yield {
        "handle": member.handle,
        "joined": member.joined_at,
        "handle_chosen": member.onboarded_at,
        "opted_out_of_rewards": member.opted_out,
        "suspended_until": member.suspended_until,
        "suspension_reason": member.suspension_reason,
        "preferences": chosen or {},
        "second_factors": list(Authenticator.objects.filter(user=member).values_list("type", flat=True)),
    }


def _wallets(member: Member) -> Iterator[Row]:
    rows = Wallet.objects.filter(member=member).order_by("pk")
    for wallet in rows.iterator():
        yield {
            "address": wallet.address,
            "kind": wallet.kind,
            "chain": wallet.chain_id,
            "linked": wallet.linked_at,
            "unlinked": wallet.unlinked_at,
            "last_used": wallet.last_used_at,
            "paid": wallet.pk == member.payout_wallet_id,
        }


def _sessions(member: Member) -> Iterator[Row]:
    rows = UserSession.objects.filter(user=member).order_by("pk")
    yield from rows.values("ip", "user_agent", "created_at", "last_seen_at").iterator()


def _events(member: Member) -> Iterator[Row]:
    """What the member did themselves, and what was done to their account, without saying by whom."""
    rows = AuditEvent.objects.filter(_about(member)).order_by("pk")
    for event in rows.iterator():
        yield {"at": event.at, "verb": event.verb, "data": event.data}


def _about(member: Member) -> Q:
    own = Q(actor=member) & (Q(verb__startswith="wallet.") | Q(verb__startswith="profiles."))
    return own | Q(subject_kind__in=["member", "moderatedmember"], subject_id=str(member.pk))


def erase(member: Member, most: int) -> int:
    """One step after the other; the name last, after which nothing is left to do."""
    return one_of(_STEPS, member, most)


def _downloads(member: Member, most: int) -> int:
    rows = list(Download.objects.filter(member=member)[:most])
    for row in rows:
        downloads.drop(row)
    return len(rows)


def _sign_ins(member: Member, _most: int) -> int:
    return sessions.end_all(member)


def _other_wallets(member: Member, _most: int) -> int:
    """Only the payout wallet stays linked; the others are free for whoever proves them."""
    rows = Wallet.objects.linked().filter(member=member).exclude(pk=member.payout_wallet_id or 0)
    return rows.update(unlinked_at=timezone.now())


def _audit(member: Member, most: int) -> int:
    """Names and addresses out of what was noted; the numbers stay."""
    removed = Q(verb="moderation.remove_post", data__author=member.handle)
    named = Q(pk__in=[])
    for name in _NAMES:
        named |= Q(data__has_key=name)
    rows = list(AuditEvent.objects.filter((_about(member) & named) | removed).order_by("pk")[:most])
    for event in rows:
        kept = {name: value for name, value in event.data.items() if name not in _NAMES}
        AuditEvent.objects.filter(pk=event.pk).update(data=kept)
    return len(rows)


@transaction.atomic
def _name(member: Member, _most: int) -> int:
    """The handle goes and is nobody's from then on; what the account could do goes with it."""
    row = Member.objects.get_queryset().select_for_update().get(pk=member.pk)
    if row.handle.startswith(GONE) and len(row.handle) == len(GONE) + 12:
        return 0
    RetiredHandle.objects.get_or_create(digest=RetiredHandle.digest_of(row.handle))
    row.groups.clear()
    row.user_permissions.clear()
    row.handle = GONE + get_random_string(12, "0123456789abcdef")
    row.is_active = row.is_staff = row.is_superuser = False
    row.last_login = None
    row.save()
    member.handle = row.handle
    return 1


_STEPS: tuple[Step, ...] = (
    _downloads,
    _sign_ins,
    deleting(SocialAccount, "user"),
    deleting(Authenticator, "user"),
    deleting(EmailAddress, "user"),
    deleting(Challenge, "member"),
    deleting(Preferences, "member"),
    _other_wallets,
    _audit,
    _name,
)
