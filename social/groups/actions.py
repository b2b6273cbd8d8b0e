"""Making groups and wording them; joining one and leaving it. Every verb may be repeated."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.comparisons import learning
from social.groups import policy
from social.groups.models import MAX_ABOUT, MAX_KEY, MAX_NAME, RankingGroup, State
from social.posts.text import clean_line
from social.ranking.models import Steering

# Each open one is a block of its own in the fit of every night.
MOST_OPEN = 20
_KEY = re.compile(r"[a-z][a-z0-9-]*")


def _taken() -> str:
    return _("There is a group with this key.")


@transaction.atomic
def write(
    *, actor: Member, group: RankingGroup | None = None, key: str = "", name: str, about: str, state: str = State.OPEN
) -> RankingGroup:
    """Make a group under ``key``, or word one anew, close it or open it again (its key stays).

    Raises NotAllowed, Invalid (key, name, about, state).
    """
    if not policy.may_edit(actor):
        raise NotAllowed(_("Only community managers and administrators make groups."))
    name = clean_line(name, most=MAX_NAME, field="name", required=True)
    about = clean_line(about, most=MAX_ABOUT, field="about", required=True)
    if state not in State.values:
        raise Invalid(_("Choose whether it can be joined."), data={"field": "state"})
    rows = list(RankingGroup.objects.order_by("pk").select_for_update())
    _free(rows, group, name, state)
    fields = {"name": name, "about": about, "state": state}
    if group is None:
        group = _made(actor, _clean_key(key, rows), fields)
        audit.record(actor, "groups.made", group, key=group.key, **fields)
        return group
    before = next(one for one in rows if one.pk == group.pk)
    changed = {field: value for field, value in fields.items() if getattr(before, field) != value}
    if changed:
        RankingGroup.objects.filter(pk=group.pk).update(**changed)
        audit.record(actor, "groups.changed", before, key=before.key, **changed)
    group.refresh_from_db()
    return group


def _free(rows: list[RankingGroup], group: RankingGroup | None, name: str, state: str) -> None:
    others = [one for one in rows if group is None or one.pk != group.pk]
    if any(one.name.casefold() == name.casefold() for one in others):
        raise Invalid(_("There is a group of this name."), data={"field": "name"})
    if state == State.OPEN and sum(one.state == State.OPEN for one in others) >= MOST_OPEN:
        said = _("%(most)d groups are open, which is the most. Close one first.") % {"most": MOST_OPEN}
        raise Invalid(said, data={"field": "state"})


def _made(actor: Member, key: str, fields: dict[str, str]) -> RankingGroup:
    try:
        with transaction.atomic():
            return RankingGroup.objects.create(key=key, made_by=actor, **fields)
    except IntegrityError as error:
        raise Invalid(_taken(), data={"field": "key"}) from error


def _clean_key(key: str, rows: list[RankingGroup]) -> str:
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        said = _("A key is small letters, digits and hyphens, and begins with a letter.")
        raise Invalid(said, data={"field": "key"})
    if any(one.key == key for one in rows):
        raise Invalid(_taken(), data={"field": "key"})
    return key


@transaction.atomic
def join(*, actor: Member, group: RankingGroup) -> bool:
    """Be in ``group`` and in no other from now on; False for who is in it already. Raises NotAllowed, Conflict "closed"."""
    # Whoever closes it meanwhile waits, or is waited for.
    group = RankingGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    steering = learning.locked_steering(actor)
    if steering.group == group.key:
        return False
    if not actor.in_good_standing:
        raise NotAllowed(_("Your account cannot change this now."))
    if not policy.may_join(actor, group):
        raise Conflict(_("This group is closed: it cannot be joined any more."), code="closed")
    _be_in(steering, group.key)
    return True


@transaction.atomic
def leave(*, actor: Member) -> bool:
    """Be in no group; False for who was in none. Raises NotAllowed."""
    if not policy.may_leave(actor):
        raise NotAllowed(_("Your account cannot change this now."))
    steering = learning.locked_steering(actor)
    if not steering.group:
        return False
    _be_in(steering, "")
    return True


def _be_in(steering: Steering, key: str) -> None:
    steering.group, steering.group_changed_at = key, timezone.now()
    steering.save(update_fields=["group", "group_changed_at"])
    # What was learnt of the member alone comes on top of the group's weights, or of everybody's, from now on.
    learning.refit(steering)
