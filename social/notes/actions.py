"""Writing down something about a person."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from social.notes import policy
from social.notes.models import Note
from social.posts.text import clean_text

MAX_NOTE = 1000


@transaction.atomic
def write(*, actor: Member, about: Member, text: str) -> str:
    """Keep this note in place of another, or (empty) none; what is kept. Raises Invalid (its text), NotAllowed (oneself)."""
    if not policy.may_note(actor, about):
        raise NotAllowed(_("Notes are about other people."))
    kept = clean_text(text, most=MAX_NOTE, field="text", required=False)
    if kept:
        fields = {"text": kept, "changed_at": timezone.now()}
        Note.objects.update_or_create(owner=actor, about=about, defaults=fields)
    else:
        Note.objects.filter(owner=actor, about=about).delete()
    return kept
