"""Following hashtags. Both verbs are idempotent."""

from django.db import transaction
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.posts.models import Tag
from social.posts.policy import may_speak
from social.profiles.models import Profile
from social.tags.models import TagFollow

MOST = 100


@transaction.atomic
def follow_tag(*, actor: Member, tag: Tag) -> None:
    """From now on public posts with ``tag`` stand among the member's tags. Raises NotAllowed, Conflict (too many)."""
    if not may_speak(actor):
        raise NotAllowed(_("Your account cannot follow now."))
    # Held, so that two at once do not pass the limit together.
    Profile.objects.select_for_update(no_key=True).get(member=actor)
    followed = TagFollow.objects.filter(member=actor)
    if followed.count() >= MOST and not followed.filter(tag=tag).exists():
        raise Conflict(_("You follow %(most)d tags; let one go first.") % {"most": MOST}, code="too-many-tags")
    TagFollow.objects.get_or_create(member=actor, tag=tag)


@transaction.atomic
def unfollow_tag(*, actor: Member, tag: Tag) -> None:
    """No more, if it was so."""
    TagFollow.objects.filter(member=actor, tag=tag).delete()
