"""What the moderators' decision to remove a message does to it."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from social.messages.models import Message, MessageImage


@transaction.atomic
def remove(pk: int) -> None:
    """Words and picture go, and a tombstone keeps the place; of what is gone already nothing changes."""
    for image in MessageImage.objects.filter(message=pk):
        transaction.on_commit(partial(image.file.storage.delete, str(image.file.name)), robust=True)
        image.delete()
    Message.objects.filter(pk=pk, deleted_at=None).update(text="", html="", deleted_at=timezone.now())
