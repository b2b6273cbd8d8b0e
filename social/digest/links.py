"""Links in mails, by the site's own address. Who has one needs no sign-in: it does one thing and tells nothing."""

from django.core import signing
from django.urls import reverse

from metya.web.absolute import absolute
from social.digest.models import MailDigest

_signer = signing.Signer(salt="social.digest.stop")


def stop_url(row: MailDigest) -> str:
    """Ends the mails to the address that ``row`` has now."""
    return absolute(reverse("digest:stop", args=[_signer.sign(f"{row.pk}.{row.key}")]))


def proof_url(token: str) -> str:
    """Proves the address to which it is sent."""
    return absolute(reverse("digest:confirm", args=[token]))


def read_stop(token: str) -> tuple[int, str] | None:
    """(member, key) of a link that this site made; None for any other."""
    try:
        member, _dot, key = _signer.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return int(member), key
