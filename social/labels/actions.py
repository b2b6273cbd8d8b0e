"""Putting labels on posts and taking them away, objecting, deciding objections, and what each reader chooses. They touch no
reward, no reach and no order of posts."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member, Role
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.follows.models import Block
from social.labels import policy
from social.labels.lapsing import key_of
from social.labels.marks import labellable
from social.labels.models import (
    GRACE,
    Choice,
    Label,
    LabelChoice,
    Labeller,
    Labelling,
    Objection,
    Recommendation,
    State,
    Subscription,
    labellers,
)
from social.moderation import policy as moderation
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts.models import Post
from social.posts.text import clean_line, clean_text
from social.profiles.models import Profile
from social.transparency import log
from social.transparency.models import Kind

MAX_ACTIVE = 24
MAX_NAME, MAX_ABOUT = 40, 300
MAX_REASON = 300
MAX_TEXT = MAX_REASONS = 1000
DAYS = (7, 30, 90, 365)
USUAL_DAYS = 90

_PUT = gettext_noop("@%(handle)s put the label “%(label)s” on a post of yours. Read why; you can object.")
_OBJECTED = gettext_noop("An author objects to your label “%(label)s”. A moderator decides.")
_STAYS = gettext_noop("An objection to the label “%(label)s” was decided: it stays. Read the reasons.")
_LIFTED = gettext_noop("An objection to the label “%(label)s” was right: it is lifted. Read the reasons.")


@transaction.atomic
def define(
    *,
    actor: Member,
    label: Label | None = None,
    slug: str = "",
    name: str,
    about: str,
    usual: str = Choice.SHOW,
    active: bool = True,
) -> Label:
    """Make a label under ``slug``, or change one (whose slug stays); retire it by ``active`` False.

    Raises NotAllowed, Invalid, Conflict "many" (MAX_ACTIVE are in use).
    """
    if not moderation.may_moderate(actor):
        raise NotAllowed(_("Only moderators define labels."))
    name = clean_line(name, most=MAX_NAME, field="name", required=True)
    about = clean_line(about, most=MAX_ABOUT, field="about", required=True)
    if usual not in (Choice.SHOW, Choice.WARN):
        raise Invalid(
            _("A label proposes a badge or a warning; to hide is the choice of a reader."), data={"field": "usual"}
        )
    # Two who define at once wait for each other here, and count what the other made: a new row cannot be locked before it is.
    list(Group.objects.select_for_update(no_key=True).filter(name=Role.MODERATOR))
    others = list(Label.objects.exclude(pk=label.pk) if label else Label.objects.all())
    if active and sum(one.active for one in others) >= MAX_ACTIVE:
        message = _("%(most)d labels are in use, which is the most. Retire one first.") % {"most": MAX_ACTIVE}
        raise Conflict(message, code="many", data={"field": "active"})
    if any(one.active and one.name.casefold() == name.casefold() for one in others):
        raise Invalid(_("There is a label of this name."), data={"field": "name"})
    fields = {"name": name, "about": about, "usual": usual, "active": active}
    if label is None:
        if any(one.slug == slug for one in others):
            raise Invalid(_("There is a label with this key."), data={"field": "slug"})
        label = Label.objects.create(slug=slug, **fields)
    else:
        Label.objects.filter(pk=label.pk).update(**fields)
        label.refresh_from_db()
    audit.record(actor, "labels.define", label, active=active)
    return label


@transaction.atomic
def put(*, actor: Member, post: Post, label: Label, reason: str, days: int | None = USUAL_DAYS) -> Labelling:
    """Put ``label`` on ``post`` for ``days`` (None: without end). The same again changes nothing.

    Raises NotAllowed, Invalid (label, reason, days), Conflict "standing" (it stands with another reason or time), "lifted" (a
    moderator took it away before), "objected" (an objection to it waits).
    """
    post = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("author").get(pk=post.pk)
    if not policy.is_labeller(actor):
        raise NotAllowed(_("Only labellers put labels."))
    if not labellable(actor, post):
        raise NotAllowed(_("Labels are for public posts of others."))
    if _apart(actor, post):
        raise NotAllowed(_("You put no new labels on posts of somebody who blocked you, or whom you blocked."))
    if not Label.objects.active().filter(pk=label.pk).exists():
        raise Invalid(_("Choose a label."), data={"field": "label"})
    reason = clean_line(reason, most=MAX_REASON, field="reason", required=True)
    if days is not None and days not in DAYS:
        raise Invalid(_("Choose for how long."), data={"field": "days"})
    before = Labelling.objects.filter(post=post, label=label, labeller=actor)
    if before.filter(state=State.LIFTED).exists():
        raise Conflict(_("A moderator lifted this label of yours here; it cannot be put again."), code="lifted")
    if standing := before.standing().first():
        if (standing.reason, standing.lasts) == (reason, timedelta(days=days) if days else None):
            return standing
        message = _(
            "This label of yours stands here already. Take it away first to put it with another reason or time."
        )
        raise Conflict(message, code="standing")
    if before.filter(objection__outcome="").exists():
        raise Conflict(_("The author objects to this label, and a moderator looks at it first."), code="objected")
    now = timezone.now()
    before.filter(state=State.STANDING).update(state=State.EXPIRED, ended_at=now)
    made = Labelling.objects.create(
        label=label,
        post=post,
        version=post.version,
        labeller=actor,
        reason=reason,
        made_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    _tell_author(made)
    return made


def _apart(actor: Member, post: Post) -> bool:
    """Whether a block, either way, stands between the two; one query."""
    one, other = Q(source=actor, target=post.author_id), Q(source=post.author_id, target=actor)
    return Block.objects.filter(one | other).exists()


def _tell_author(made: Labelling) -> None:
    said = Sentence(_PUT, {"handle": made.labeller.handle, "label": made.label.name})
    url = f"/posts/{made.post_id}/labels/"
    notifications.notify(member=made.post.author, kind="notice", text=said, url=url, key=key_of(made))


@transaction.atomic
def remove(*, actor: Member, labelling: Labelling) -> None:
    """Take one's own label away; the same again changes nothing. Raises NotAllowed."""
    if not policy.may_remove(actor, labelling):
        raise NotAllowed(_("Only who put a label takes it away."))
    ended = {"state": State.REMOVED, "ended_at": timezone.now()}
    if Labelling.objects.filter(pk=labelling.pk, state=State.STANDING).update(**ended):
        notifications.withdraw(member=labelling.post.author, key=key_of(labelling))


@transaction.atomic
def put_back(*, actor: Member, labelling: Labelling) -> None:
    """Think better of having taken it away, within GRACE. Raises NotAllowed, Conflict "late"."""
    post = Post.objects.select_for_update(no_key=True).get(pk=labelling.post_id)
    found = Labelling.objects.select_related("label", "post__author", "labeller").get(pk=labelling.pk)
    if not policy.may_remove(actor, found) or not policy.may_label(actor, post):
        raise NotAllowed(_("Only labellers put labels."))
    if found.state == State.STANDING:
        return
    others = Labelling.objects.filter(post=post, label=found.label, labeller=actor)
    fresh = found.state == State.REMOVED and found.ended_at is not None and found.ended_at > timezone.now() - GRACE
    taken = others.filter(state__in=(State.STANDING, State.LIFTED)).exists()
    blocked = _apart(actor, post)
    if not fresh or taken or blocked or found.over or found.version != post.version or not found.label.active:
        raise Conflict(_("It cannot be put back any more. Put it anew, if it fits."), code="late")
    Labelling.objects.filter(pk=found.pk).update(state=State.STANDING, ended_at=None)
    _tell_author(found)


@transaction.atomic
def object_to(*, actor: Member, labelling: Labelling, text: str) -> Objection:
    """The author says why a label does not fit; somebody else decides.

    Raises NotAllowed (not the author), Invalid (text), Conflict "over" (it does not stand), "objected".
    """
    Post.objects.select_for_update(no_key=True).get(pk=labelling.post_id)
    found = Labelling.objects.select_related("label", "post__author", "labeller").get(pk=labelling.pk)
    if not actor.is_active or found.post.author_id != actor.pk:
        raise NotAllowed(_("Only the author can object."))
    words = clean_text(text, most=MAX_TEXT, field="text")
    if Objection.objects.filter(labelling=found).exists():
        raise Conflict(_("You objected to this label already."), code="objected")
    if not policy.may_object(actor, found):
        raise Conflict(_("This label does not stand any more."), code="over")
    made = Objection.objects.create(labelling=found, member=actor, labeller=found.labeller, text=words)
    audit.record(actor, "label.objected", made, labelling=found.pk)
    said = Sentence(_OBJECTED, {"label": found.label.name})
    _tell(found.labeller, said, found, "objected")
    return made


@transaction.atomic
def decide(*, actor: Member, objection: Objection, outcome: str, reasons: str) -> Objection:
    """``outcome`` "upheld": the label stays; "lifted": it counts no more, and this labeller cannot put it there again.

    Raises NotAllowed, Invalid (outcome, reasons), Conflict "involved", "decided".
    """
    if not moderation.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide objections."))
    if outcome not in Objection.Outcome.values:
        raise Invalid(_("Choose whether the label stays."), data={"field": "outcome"})
    if not policy.may_decide(actor, objection):
        raise Conflict(_("You are part of this: another moderator decides."), code="involved")
    words = clean_text(reasons, most=MAX_REASONS, field="reasons")
    now = timezone.now()
    # Whoever puts the same label again waits for the end of this.
    Post.objects.select_for_update(no_key=True).get(pk=objection.labelling.post_id)
    fields = {"outcome": outcome, "reasons": words, "decided_by": actor, "decided_at": now}
    if not Objection.objects.for_(actor).filter(pk=objection.pk).update(**fields):
        raise Conflict(_("This objection was decided already."), code="decided")
    found = Objection.objects.select_related("labelling__label", "member", "labeller").get(pk=objection.pk)
    labelling = found.labelling
    lifted = outcome == Objection.Outcome.LIFTED
    if lifted:
        Labelling.objects.filter(pk=labelling.pk).update(state=State.LIFTED, ended_at=now)
    audit.record(actor, f"label.{outcome}", found, labelling=labelling.pk, reasons=words)
    said = Sentence(_LIFTED if lifted else _STAYS, {"label": labelling.label.name})
    for member in (found.member, found.labeller):
        _tell(member, said, labelling, "decided")
    minutes = log.coarse(max(0, (now - found.made_at) // timedelta(minutes=1)))
    body = {"moderator": log.name_of(actor), "outcome": outcome, "minutes": minutes}
    log.append(kind=Kind.LABEL, at=now, ref=f"objection:{found.pk}", body=body)
    return found


def _tell(member: Member, said: Sentence, about: Labelling, what: str) -> None:
    url = f"/posts/{about.post_id}/labels/"
    notifications.notify(member=member, kind="notice", text=said, url=url, key=f"{key_of(about)}:{what}")


@transaction.atomic
def choose(*, actor: Member, follow: Iterable[int], choices: Mapping[int, str]) -> None:
    """Follow the labels of exactly those members ``follow`` who are labellers, and meet each label (by id) as chosen.

    Raises NotAllowed, Invalid (choice).
    """
    if not actor.is_active or actor.onboarded_at is None:
        raise NotAllowed(_("Your account cannot do this now."))
    if not set(choices.values()) <= set(Choice.values):
        raise Invalid(_("Choose how to meet each label."))
    profile = Profile.objects.select_for_update(no_key=True).get(member=actor)
    wanted = set(labellers().filter(pk__in=list(follow)).exclude(pk=actor.pk).values_list("pk", flat=True))
    Subscription.objects.filter(member=actor).exclude(labeller__in=wanted).delete()
    rows = [Subscription(member=actor, labeller_id=pk) for pk in sorted(wanted)]
    Subscription.objects.bulk_create(rows, ignore_conflicts=True)
    for label in Label.objects.active().filter(pk__in=choices):
        # What is as proposed is not kept, and follows when the proposal changes.
        if choices[label.pk] == label.usual:
            LabelChoice.objects.filter(member=actor, label=label).delete()
        else:
            LabelChoice.objects.update_or_create(member=actor, label=label, defaults={"choice": choices[label.pk]})
    Profile.objects.filter(pk=profile.pk).update(reads_labels=bool(wanted))
    if "profile" in actor._state.fields_cache:
        actor.profile.reads_labels = bool(wanted)


@transaction.atomic
def recommend(*, actor: Member, labeller: Labeller, wanted: bool) -> bool:
    """Recommend a labeller to readers, or not any more; False when nothing changed. Raises NotAllowed."""
    if not policy.may_recommend(actor):
        raise NotAllowed(_("Only community managers recommend labellers."))
    if wanted and not labellers().filter(pk=labeller.pk).exists():
        raise NotAllowed(_("Only labellers can be recommended."))
    if wanted:
        changed = Recommendation.objects.get_or_create(labeller_id=labeller.pk, defaults={"by": actor})[1]
    else:
        changed = bool(Recommendation.objects.filter(labeller=labeller.pk).delete()[0])
    if changed:
        audit.record(actor, "label.recommended" if wanted else "label.unrecommended", labeller)
    return changed
