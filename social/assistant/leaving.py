"""What is left of the styles of somebody who left."""

from django.utils import timezone

from metya.wallets.models import Member
from social.assistant.models import CardState, StyleCard


def empty_styles(member: Member, most: int) -> int:
    """Their words go, with the styles that nobody compared; the others stay out of use, by number."""
    ids = list(StyleCard.objects.told().filter(author=member).order_by("pk").values_list("pk", flat=True)[:most])
    blank = {"name": "", "instruction": "", "example": "", "state": CardState.RETIRED, "since": timezone.now()}
    return StyleCard.objects.filter(pk__in=ids).update(**blank)
