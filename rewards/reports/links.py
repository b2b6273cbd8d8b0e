"""Links to files of exports, good for a day."""

from django.core import signing

from rewards.reports.models import FETCH, Export

_signer = signing.TimestampSigner(salt="reports.export")


def sign(export: Export) -> str:
    return _signer.sign(str(export.pk))


def read(signed: str) -> int | None:
    """The number of the export; None for a link that is over, or not of this site."""
    try:
        return int(_signer.unsign(signed, max_age=FETCH))
    except signing.BadSignature:
        return None
