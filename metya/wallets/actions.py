"""What happens to members and wallets."""

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets import policy, sessions
from metya.wallets.checking import Proven
from metya.wallets.errors import refuse
from metya.wallets.models import Member, Role, Wallet, provisional_handle
from metya.web.errors import Conflict

PROVIDER = "wallet"


def join(*, proven: Proven, is_demo: bool = False) -> Member:
    """A new member with a provisional handle, whose first wallet is the one that is paid.

    Raises IntegrityError when the wallet is linked already (or becomes so at the same moment).
    """
    with transaction.atomic():
        member = Member(handle=provisional_handle(), is_demo=is_demo)
        member.set_unusable_password()
        member.save()
        member.payout_wallet = _add_wallet(member, proven)
        member.save(update_fields=["payout_wallet"])
        return member


def account_for(wallet: Wallet) -> SocialAccount:
    """allauth's row for a linked wallet; made here for members who came in by the thousand without one."""
    account, _made = SocialAccount.objects.get_or_create(
        provider=PROVIDER,
        uid=wallet.uid,
        defaults={"user": wallet.member, "extra_data": {"kind": wallet.kind, "chain_id": wallet.chain_id}},
    )
    if account.user_id != wallet.member_id:
        # The wallet's row decides whose it is; allauth's copy follows.
        account.user = wallet.member
        account.save(update_fields=["user"])
    return account


def link(*, actor: Member, proven: Proven) -> Wallet:
    """Link a proven wallet to the actor. Raises wallet-linked or wallet-taken; nothing is ever moved or merged."""
    try:
        with transaction.atomic():
            owner = Wallet.objects.linked().filter(address=proven.address).first()
            if owner is not None:
                refuse("wallet-linked" if owner.member_id == actor.pk else "wallet-taken")
            wallet = _add_wallet(actor, proven)
            audit.record(actor, "wallet.linked", wallet, address=wallet.address)
            return wallet
    except IntegrityError:
        # Somebody else linked it between the question and the write.
        refuse("wallet-taken")


def unlink(*, actor: Member, address: str) -> Wallet:
    """Unlink one of the actor's wallets; it stays as history, and the sessions that it opened end.

    Raises wallet-not-yours, last-wallet or payout-wallet.
    """
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=actor.pk)
        wallets = list(Wallet.objects.linked().filter(member=member))
        wallet = next((one for one in wallets if one.address == address), None)
        if wallet is None:
            refuse("wallet-not-yours")
        if not policy.may_unlink(member, wallet, linked=len(wallets)):
            refuse("last-wallet" if len(wallets) < 2 else "payout-wallet")
        wallet.unlinked_at = timezone.now()
        wallet.save(update_fields=["unlinked_at"])
        SocialAccount.objects.filter(provider=PROVIDER, uid=wallet.uid).delete()
        audit.record(actor, "wallet.unlinked", wallet, address=wallet.address)
        transaction.on_commit(lambda: sessions.end_of_wallet(wallet))
        return wallet


def choose_payout_wallet(*, actor: Member, address: str) -> Wallet:
    """Payouts go to this wallet of the actor from now on. Raises wallet-not-yours or payout-elsewhere."""
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=actor.pk)
        wallet = Wallet.objects.linked().filter(member=member, address=address).first()
        if wallet is None:
            refuse("wallet-not-yours")
        if not policy.may_be_paid(member, wallet):
            refuse("payout-elsewhere", **policy.where_paid(wallet))
        before = member.payout_wallet
        if before != wallet:
            member.payout_wallet = wallet
            member.save(update_fields=["payout_wallet"])
            audit.record(actor, "wallet.payout", wallet, before=before.address if before else "", after=wallet.address)
        return wallet


def grant_role(*, actor: Member | None, member: Member, role: Role) -> bool:
    """Give a staff role (actor None: from the command line); False when the member held it already."""
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        if member.has_role(role):
            return False
        if not policy.may_sign_in(member):
            raise Conflict(
                _("@%(handle)s is suspended or has ended; no role can be given.") % {"handle": member.handle}
            )
        member.groups.add(Group.objects.get_or_create(name=role.value)[0])
        member.is_staff = True
        member.is_superuser = member.is_superuser or role == Role.ADMIN
        member.save(update_fields=["is_staff", "is_superuser"])
        audit.record(actor, "role.granted", member, role=role.value)
        return True


def revoke_role(*, actor: Member | None, member: Member, role: Role) -> bool:
    """Take a staff role back; False when the member did not hold it. The last role's end closes the admin."""
    with transaction.atomic():
        member = Member.objects.select_for_update().get(pk=member.pk)
        if not member.has_role(role):
            return False
        member.groups.remove(*member.groups.filter(name=role.value))
        member.is_staff = member.groups.exists()
        member.is_superuser = member.is_superuser and role != Role.ADMIN
        member.save(update_fields=["is_staff", "is_superuser"])
        audit.record(actor, "role.revoked", member, role=role.value)
        return True


def _add_wallet(member: Member, proven: Proven) -> Wallet:
    wallet = Wallet.objects.create(
        member=member, address=proven.address, kind=proven.kind, chain_id=proven.chain_id, last_used_at=timezone.now()
    )
    account_for(wallet)
    return wallet
