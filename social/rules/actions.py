"""Making rules, wording them anew, switching them off: audited, and no wording is ever lost."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.posts.text import clean_text
from social.rules import policy
from social.rules.models import Ground, Queue, Rule, RuleVersion
from social.transparency import log
from social.transparency.models import Kind

MAX_TITLE = 80
MAX_TEXT = 2000


@transaction.atomic
def write(
    *,
    actor: Member,
    rule: Rule | None = None,
    key: str = "",
    title: str,
    text: str,
    position: int = 100,
    queue: str = Queue.HARM,
    ground: str = Ground.TERMS,
    active: bool = True,
) -> Rule:
    """Make a rule under ``key``, or change one (whose key stays). A new title or text is a new version; decisions made
    under an older one go on citing that.

    Raises Invalid, NotAllowed, Conflict ("worded", when two people do so at once).
    """
    if not policy.may_edit(actor):
        raise NotAllowed(_("Only senior moderators and administrators change the rules."))
    title = clean_text(title, most=MAX_TITLE, field="title")
    text = clean_text(text, most=MAX_TEXT, field="text")
    if queue not in Queue.values:
        raise Invalid(_("Choose a queue."), data={"field": "queue"})
    if ground not in Ground.values:
        raise Invalid(_("Choose a ground."), data={"field": "ground"})
    fields = {"position": position, "queue": queue, "ground": ground, "active": active}
    if rule is None:
        if Rule.objects.filter(key=key).exists():
            raise Invalid(_("There is a rule with this key."), data={"field": "key"})
        rule, before, known = Rule.objects.create(key=key, **fields), None, None
    else:
        before, known = rule.version, _bound(rule)
        Rule.objects.filter(pk=rule.pk).update(**fields)
        rule.refresh_from_db()
    number = before.number if before else 0
    if before is None or (before.said_title, before.said_text) != (title, text):
        number += 1
        try:
            with transaction.atomic():
                RuleVersion.objects.create(rule=rule, number=number, title=title, text=text, made_by=actor)
        except IntegrityError as error:
            raise Conflict(
                _("Somebody else has just worded this rule anew. Look at it again."), code="worded"
            ) from error
    audit.record(actor, "rules.write", rule, version=number, active=active)
    if before is None or number != before.number or _bound(rule) != known:
        _publish(actor, rule, number, title, text)
    return rule


def _bound(rule: Rule) -> dict[str, Any]:
    """What decides how it is applied."""
    return {"queue": rule.queue, "ground": rule.ground, "active": rule.active}


def _publish(actor: Member, rule: Rule, number: int, title: str, text: str) -> None:
    """Into the public log, by which everyone can check later that a wording is still the one."""
    body = {"moderator": log.name_of(actor), "rule": rule.key, "rule_version": number, **_bound(rule)}
    log.append(kind=Kind.RULE, at=timezone.now(), body=body | {"wording": log.fingerprint(title, text)})
