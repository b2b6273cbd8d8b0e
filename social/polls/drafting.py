"""A poll as it was written, judged before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from metya.web.errors import Invalid
from social.polls.models import Poll
from social.posts.text import clean_line

FEWEST, MOST = 2, 6
MAX_CHOICE = 60
HOURS = (1, 6, 24, 72, 168)


@dataclass(frozen=True)
class PollDraft:
    choices: list[str]
    multiple: bool
    hours: int

    @classmethod
    def clean(cls, choices: Sequence[str], multiple: bool, hours: int) -> "PollDraft | None":
        """The poll, or None when no choice was written. Raises Invalid with ``data['field']`` "choice" or "poll_hours"."""
        written = [clean_line(choice, most=MAX_CHOICE, field="choice") for choice in choices]
        written = [choice for choice in written if choice]
        if not written:
            return None
        if not FEWEST <= len(written) <= MOST:
            message = _("A poll has %(fewest)d to %(most)d choices.") % {"fewest": FEWEST, "most": MOST}
            raise Invalid(message, data={"field": "choice"})
        if len({choice.casefold() for choice in written}) < len(written):
            raise Invalid(_("Two choices of the poll are the same."), data={"field": "choice"})
        if hours not in HOURS:
            raise Invalid(_("Choose how long the poll is open."), data={"field": "poll_hours"})
        return cls(written, multiple, hours)

    def store(self, post_id: int) -> Poll:
        """Write it under a post. Inside the caller's transaction."""
        return Poll.objects.create(
            post_id=post_id,
            choices=self.choices,
            counts=[0] * len(self.choices),
            multiple=self.multiple,
            ends_at=timezone.now() + timedelta(hours=self.hours),
        )
