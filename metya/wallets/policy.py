"""What members may do with wallets and staff roles: pure questions."""

from django.conf import settings

from metya.wallets.models import Member, Wallet


def may_sign_in(member: Member) -> bool:
    """Neither ended nor suspended, and not of the demo's cast outside the demo: there anybody could link a wallet to it."""
    return member.is_active and not member.suspended and (settings.DEMO or not member.is_demo)


def may_take_leave(member: Member) -> bool:
    """Suspended: they come in far enough to take their data along, or to leave."""
    return member.is_active and member.suspended and (settings.DEMO or not member.is_demo)


def may_unlink(member: Member, wallet: Wallet, *, linked: int) -> bool:
    """One's own, not the last of ``linked``, and not the one that is paid."""
    return (
        wallet.member_id == member.pk
        and wallet.unlinked_at is None
        and linked > 1
        and wallet.pk != member.payout_wallet_id
    )


def may_be_paid(member: Member, wallet: Wallet) -> bool:
    """One's own; a contract wallet only on the chain of payouts, elsewhere its address may belong to nobody."""
    return wallet.member_id == member.pk and wallet.unlinked_at is None and reaches_payouts(wallet)


def reaches_payouts(wallet: Wallet) -> bool:
    """Whether what is paid to the wallet's address surely arrives in the same hands."""
    return wallet.kind == Wallet.Kind.EOA or wallet.chain_id == settings.CHAIN_ID


def may_confirm_by_wallet(member: Member, *, has_factor: bool) -> bool:
    """Changing the second factor: by a wallet's signature, but staff who have a second factor only with that."""
    return not (member.is_staff and has_factor)


def where_paid(wallet: Wallet) -> dict[str, int | None]:
    """The two chains that differ, for the message that says so."""
    return {"chain": wallet.chain_id, "payouts": settings.CHAIN_ID}
