"""Giving an address, proving it, choosing how often, and ending it, from the settings or from a mail."""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import Conflict, Invalid
from social.digest import links
from social.digest.models import PROOF_FOR, Frequency, MailDigest, fresh_key
from social.digest.timing import next_due
from social.notifications.models import Notification

MOST_PROOFS_AN_HOUR = 3


def set_up(*, actor: Member, address: str, frequency: str) -> bool:
    """Mails to ``address``, so often. Whether it has to be proven first: then a mail with a link goes there, and nothing else.

    Raises Invalid (address, frequency), Conflict (no mail here), TooMany.
    """
    if not settings.SENDS_MAIL:
        raise Conflict(_("This community sends no e-mail."), code="no-mail")
    if frequency not in Frequency.values:
        raise Invalid(_("Choose one of the possibilities."), data={"field": "frequency"})
    address = _clean(address)
    row = MailDigest.objects.filter(pk=actor.pk).first()
    if row is not None and row.address == address and not row.failing:
        # Another one that waited is not wanted any more: its link proves nothing now, whoever got it.
        _choose(actor, frequency, asked="", proof="", proof_until=None)
        return False
    ratelimit.limit("digest-proof", str(actor.pk), most=MOST_PROOFS_AN_HOUR, seconds=3600)
    # An address is not flooded by many members either.
    ratelimit.limit("digest-proof-to", MailDigest.digest_of(_box(address)), most=MOST_PROOFS_AN_HOUR, seconds=3600)
    # The link is made by the job that sends it: it stands nowhere but in the mail.
    _choose(actor, frequency, asked=address, proof="", proof_until=None)
    return True


def make_proof(row: MailDigest) -> str | None:
    """A fresh link for the address that waits; None when one was made already or none waits."""
    token = secrets.token_urlsafe(32)
    waiting = MailDigest.objects.filter(pk=row.pk, asked=row.asked, proof="").exclude(asked="")
    until = timezone.now() + PROOF_FOR
    return token if waiting.update(proof=MailDigest.digest_of(token), proof_until=until) else None


def waiting_for(token: str) -> MailDigest | None:
    """Whose address a link would prove; None for one that was used, ran out or never was."""
    rows = MailDigest.objects.filter(proof=MailDigest.digest_of(token), proof_until__gt=timezone.now())
    return rows.exclude(asked="").filter(member__is_active=True).select_related("member__preferences").first()


def prove(token: str) -> MailDigest | None:
    """The address is theirs: mails go there from now on. Once; None when there is nothing to prove (any more)."""
    row = waiting_for(token)
    if row is None:
        return None
    newest = Notification.objects.of(row.member_id).order_by("-pk").values_list("pk", flat=True).first() or 0
    changed = MailDigest.objects.filter(pk=row.pk, proof=row.proof, asked=row.asked).update(
        address=row.asked,
        former="" if row.address == row.asked else row.address,
        asked="",
        proof="",
        proof_until=None,
        key=fresh_key(),
        failures=0,
        seen_up_to=newest,
        due_at=next_due(row.member, row.frequency, timezone.now()),
    )
    return row if changed else None


def of_link(token: str) -> MailDigest | None:
    """The row whose mails a link ends; None when it is not of this site, or of another address than today's."""
    found = links.read_stop(token)
    return MailDigest.objects.filter(pk=found[0], key=found[1]).first() if found else None


def stop(row: MailDigest) -> None:
    """No more mails to this address; twice is harmless."""
    MailDigest.objects.filter(pk=row.pk, key=row.key).update(frequency=Frequency.OFF, due_at=None)


def forget(*, actor: Member) -> None:
    """The address is erased."""
    MailDigest.objects.filter(pk=actor.pk).delete()


def _choose(actor: Member, frequency: str, **values: object) -> None:
    due = next_due(actor, frequency, timezone.now())
    MailDigest.objects.update_or_create(member=actor, defaults={"frequency": frequency, "due_at": due, **values})


def _box(address: str) -> str:
    """Where mails to the address mostly arrive: capitals and what follows a plus lead to the same box."""
    name, _at, host = address.lower().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _clean(address: str) -> str:
    """Without spaces around it, the host in small letters. Raises Invalid."""
    address = address.strip()
    name, _at, host = address.rpartition("@")
    try:
        validate_email(address)
        if len(address) > 254 or not address.isascii():
            raise ValidationError("address")  # too long, or not of ASCII: told below like any other
    except ValidationError as error:
        raise Invalid(_("That is not an e-mail address."), data={"field": "address"}) from error
    return f"{name}@{host.lower()}"
