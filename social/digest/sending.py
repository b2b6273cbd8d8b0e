"""Writing and sending mails. A mail is claimed on its row before it leaves: whatever happens, none goes out twice."""

import logging
import smtplib
from datetime import timedelta
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.members import languages
from metya.web.absolute import absolute
from social.digest import actions, links
from social.digest.models import MailDigest
from social.digest.reads import Digest, digest_of
from social.digest.timing import next_due

logger = logging.getLogger(__name__)
LATER = timedelta(hours=1)
MOST_AT_ONCE = 200


class NotSent(Exception):
    """It did not leave; not ``surely``, where the answer was lost. ``refused``: the other side wants no mail for that address."""

    def __init__(self, why: str, *, refused: bool = False, surely: bool = True) -> None:
        super().__init__(why)
        self.refused = refused
        self.surely = surely


def due() -> list[int]:
    """To whom a mail may go now, the longest waiting first."""
    rows = MailDigest.objects.due(timezone.now()).order_by("due_at")
    return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE]) if settings.SENDS_MAIL else []


def send_digest(member_id: int) -> bool:
    """One member's mail, if it is due and there is something to tell; whether it left."""
    now = timezone.now()
    row = MailDigest.objects.due(now).filter(pk=member_id).select_related("member__preferences").first()
    if row is None or not settings.SENDS_MAIL:
        return False
    with languages.speaking_to(row.member):
        digest = digest_of(row, now)
        mine = MailDigest.objects.filter(pk=row.pk, due_at=row.due_at, key=row.key, frequency=row.frequency)
        after = next_due(row.member, row.frequency, now)
        if not mine.update(due_at=after, seen_up_to=digest.newest) or not (digest.lines or digest.posts):
            return False
        try:
            send(
                row.address,
                _subject(digest),
                "social/digest/digest",
                {"digest": digest, "row": row},
                stop=links.stop_url(row),
            )
        except NotSent as error:
            _not_sent(row, error)
            return False
    MailDigest.objects.filter(pk=row.pk, key=row.key).update(failures=0, sent_at=timezone.now())
    return True


def send_proof(member_id: int) -> bool:
    """The link that proves an address; the one mail that goes to an address before. Whether it left."""
    row = MailDigest.objects.filter(pk=member_id, member__is_active=True).select_related("member__preferences").first()
    token = actions.make_proof(row) if row is not None and settings.SENDS_MAIL else None
    if row is None or token is None:
        return False
    with languages.speaking_to(row.member):
        subject = _("Confirm your address for %(site)s") % {"site": settings.COMMUNITY_NAME}
        return _tell(row.asked, subject, "proof", {"row": row, "url": links.proof_url(token)})


def send_farewell(member_id: int) -> bool:
    """To an address that another one took the place of: that no more mails come. Whether it left."""
    row = MailDigest.objects.exclude(former="").filter(pk=member_id).select_related("member__preferences").first()
    if row is None or not MailDigest.objects.filter(pk=row.pk, former=row.former).update(former=""):
        return False
    with languages.speaking_to(row.member):
        subject = _("Your address at %(site)s was changed") % {"site": settings.COMMUNITY_NAME}
        return _tell(row.former, subject, "farewell", {"row": row})


def _tell(address: str, subject: str, name: str, context: dict[str, object]) -> bool:
    try:
        send(address, subject, f"social/digest/{name}", context)
    except NotSent as error:
        logger.warning("a mail (%s) was not sent: %s", name, error)
        return False
    return True


def _subject(digest: Digest) -> str:
    """How many, never who: it is read over shoulders."""
    site = settings.COMMUNITY_NAME
    if not digest.lines:
        return _("New at %(site)s") % {"site": site}
    words = ngettext("%(count)s new notification at %(site)s", "%(count)s new notifications at %(site)s", digest.unread)
    return words % {"count": digest.unread_label, "site": site}


def send(address: str, subject: str, name: str, context: dict[str, Any], *, stop: str = "") -> None:
    """A text and the same as simple HTML, from the templates ``name``.txt and .html; ``context`` has a ``row`` with the member.

    ``stop`` is where mail programs end it with one click (RFC 8058). Raises NotSent."""
    given = {
        **context,
        "site": settings.COMMUNITY_NAME,
        "home": absolute("/"),
        "list": absolute("/notifications/"),
        "settings": absolute("/settings/notifications/"),
        "stop": stop,
        "subject": subject,
        "language": languages.of(context["row"].member),
    }
    headers = {
        "Message-ID": make_msgid(domain=urlsplit(settings.SITE_URL).hostname or "localhost"),
        "Auto-Submitted": "auto-generated",
    }
    if stop:
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    text = render_to_string(f"{name}.txt", given)
    mail = EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [address], headers=headers)
    mail.attach_alternative(render_to_string(f"{name}.html", given), "text/html")
    mail.connection = get_connection()
    try:
        mail.connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from error
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise NotSent(f"recipient refused {codes}", refused=any(code >= 500 for code in codes)) from error
    except smtplib.SMTPDataError as error:
        raise NotSent(f"refused with {error.smtp_code}", refused=error.smtp_code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"{type(error).__name__} {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__, surely=False) from error
    finally:
        mail.connection.close()


def _not_sent(row: MailDigest, error: NotSent) -> None:
    """A refusal is counted; after any other trouble it is tried again later. Where the answer was lost the mail may have left:
    then the next one tells only of what is new by then, and nothing twice."""
    logger.warning("a digest was not sent: %s", error)
    rows = MailDigest.objects.filter(pk=row.pk, key=row.key)
    if error.surely:
        rows.update(seen_up_to=row.seen_up_to)
    if error.refused:
        rows.update(failures=F("failures") + 1)
    else:
        rows.exclude(due_at=None).update(due_at=timezone.now() + LATER)
