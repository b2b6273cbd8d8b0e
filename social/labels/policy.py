"""Who puts labels on what and who objects; those who may moderate decide and define. Pure: no queries beyond what the objects
hold."""

from typing import TYPE_CHECKING

from metya.wallets.models import Member, Role
from social.labels.marks import labellable
from social.labels.models import Labelling, Objection
from social.moderation.policy import may_moderate

if TYPE_CHECKING:
    from social.posts.models import Post


def is_labeller(actor: Member) -> bool:
    return actor.in_good_standing and actor.has_role(Role.LABELLER)


def may_label(actor: Member, post: "Post") -> bool:
    return is_labeller(actor) and labellable(actor, post)


def may_remove(actor: Member, labelling: Labelling) -> bool:
    """Who put it, whether they still hold the role or not."""
    return actor.is_active and labelling.labeller_id == actor.pk


def may_object(actor: Member, labelling: Labelling) -> bool:
    """The author, to one that stands."""
    return actor.is_active and labelling.post.author_id == actor.pk and labelling.stands


def may_decide(actor: Member, objection: Objection) -> bool:
    """Those who have no part in it."""
    return may_moderate(actor) and actor.pk not in (objection.labeller_id, objection.member_id)


def may_recommend(actor: Member) -> bool:
    """Community managers and administrators."""
    return actor.is_active and not actor.suspended and actor.has_role(Role.MANAGER, Role.ADMIN)
