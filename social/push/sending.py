"""Telling one device one thing: judged now, encrypted for it alone, and sent to its push service."""

import base64
import hashlib
import json
import logging
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.db.models import F
from django.utils import timezone
from pywebpush import WebPusher

from metya.members.languages import speaking_to
from metya.web import ratelimit
from metya.web.errors import TooMany
from social.outgoing.addresses import Refused, read
from social.outgoing.fetching import Failed, Fetcher, Reply
from social.push import keys, sources
from social.push.models import PushDevice, PushLine
from social.push.sources import Said

logger = logging.getLogger(__name__)
SECONDS = 6.0
# One line is told again after this at the earliest, with all that came.
PACE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
KEPT_FOR = timedelta(hours=24)
MOST_ATTEMPTS = 5
MOST_AN_HOUR = 60
# After failures in a row a device is left alone, longer each time, and then let go.
SILENCES = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)] + [
    timedelta(days=1)
] * 4
# Whoever chose a push service that answers slowly keeps the pushes of others waiting: afterwards the device is left alone for so
# many times as long.
SLOW, REST = 1.0, 60
GONE = (404, 410)
_TITLE, _BODY = 120, 160

fetcher = Fetcher("web push")


def send(line_id: int) -> datetime | None:
    """Tell it, once however many ask; the moment to come back, or None when nothing is left to do."""
    now = timezone.now()
    line = PushLine.objects.waiting().filter(pk=line_id).select_related("device").first()
    if line is None:
        return None
    earliest = max(line.due_at, line.device.silent_until or now, (line.sent_at or now - PACE) + PACE)
    if earliest > now:
        PushLine.objects.waiting().filter(pk=line.pk, due_at=line.due_at).update(due_at=earliest)
        return earliest
    lease = now + LEASE
    mine = PushLine.objects.waiting().filter(pk=line.pk, due_at=line.due_at)
    if not mine.update(due_at=lease, attempts=F("attempts") + 1):
        return None
    line.refresh_from_db()
    return _send(line, lease)


def overdue(most: int = 500) -> list[int]:
    """Lines that should have been told a while ago."""
    late = PushLine.objects.due(timezone.now() - timedelta(seconds=30))
    return list(late.order_by("due_at").values_list("pk", flat=True)[:most])


def forget() -> int:
    """Lines of which nothing need be remembered, devices whose session ran out; how many. Safe to repeat."""
    PushDevice.objects.over().delete()
    return PushLine.objects.forgettable(timezone.now() - 2 * KEPT_FOR).delete()[0]


def _send(line: PushLine, lease: datetime) -> datetime | None:
    device = PushDevice.objects.live().filter(pk=line.device_id).select_related("member__preferences").first()
    said = _judged(line, device) if device is not None else None
    if device is None or said is None or _too_many(device):
        return _finish(line, lease)
    begun = time.monotonic()
    try:
        reply = _ask(device, line, said)
    except Failed as error:
        logger.info("push service did not answer: %s", error)
        return _failed(line, device, lease, wait=_rest(begun) or timedelta(), again=not error.lasting)
    rest = _rest(begun)
    if reply.status in GONE:
        PushDevice.objects.filter(pk=device.pk, digest=device.digest).delete()
        return None
    if reply.status in (408, 425, 429) or reply.status >= 500:
        return _failed(line, device, lease, wait=max(_wait(reply.wait), rest or timedelta()))
    if not 200 <= reply.status < 300:
        logger.warning("push service refused with status %d", reply.status)
        return _failed(line, device, lease, wait=rest or timedelta(), again=False)
    now = timezone.now()
    PushDevice.objects.filter(pk=device.pk).update(used_at=now, failures=0, silent_until=now + rest if rest else None)
    return _finish(line, lease, said)


def _judged(line: PushLine, device: PushDevice) -> Said | None:
    """What may be told of it now; nothing to a member who is suspended or leaving, and nothing twice."""
    if device.member.suspended or not device.member.is_active:
        return None
    with speaking_to(device.member):
        said = sources.said(line.kind, device.member, line.about)
    return said if said is not None and said.newest > line.told else None


def _too_many(device: PushDevice) -> bool:
    """The page has it all: a device is not made to ring without end."""
    try:
        ratelimit.limit("push", str(device.pk), most=MOST_AN_HOUR, seconds=3600)
    except TooMany:
        return True
    return False


def _ask(device: PushDevice, line: PushLine, said: Said) -> Reply:
    """Raises Failed."""
    try:
        address = read(device.endpoint)
    except Refused as error:
        raise Failed(f"refused: {error}", lasting=True) from error
    if address.scheme != "https":
        raise Failed("refused: not https", lasting=True)
    tag = hashlib.sha256(f"{device.auth}:{line.tag}".encode()).digest()
    shown = {
        "title": said.title[:_TITLE],
        "body": said.body[:_BODY],
        "url": said.path,
        "tag": tag.hex()[:16],
        "loud": said.loud,
    }
    sealed = WebPusher(device.subscription).encode(json.dumps(shown, ensure_ascii=False).encode(), "aes128gcm")
    headers = {
        **keys.headers_for(f"{address.scheme}://{address.host}"),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "high" if said.loud else "normal",
        # Of one line only the newest waits at the push service, which learns no more than that.
        "Topic": base64.urlsafe_b64encode(tag)[:32].decode(),
    }
    return fetcher.post(device.endpoint, headers, sealed["body"], time.monotonic() + SECONDS)


def _finish(line: PushLine, lease: datetime, said: Said | None = None) -> datetime | None:
    """Nothing more to tell, unless something came while it was being told."""
    told = {"told": said.newest, "sent_at": timezone.now()} if said is not None else {}
    mine = PushLine.objects.filter(pk=line.pk, due_at=lease)
    if mine.filter(about=line.about).update(waiting=False, attempts=0, **told):
        return None
    again = timezone.now() + PACE
    return again if mine.update(due_at=again, attempts=0, **told) else None


def _failed(
    line: PushLine, device: PushDevice, lease: datetime, *, wait: timedelta = timedelta(), again: bool = True
) -> datetime | None:
    """The device is left alone for a while; one that only fails is let go."""
    if device.failures + 1 > len(SILENCES):
        PushDevice.objects.filter(pk=device.pk, digest=device.digest).delete()
        return None
    when = timezone.now() + max(SILENCES[device.failures], wait)
    PushDevice.objects.filter(pk=device.pk).update(failures=F("failures") + 1, silent_until=when)
    if not again or line.attempts >= MOST_ATTEMPTS:
        return _finish(line, lease)
    return when if PushLine.objects.filter(pk=line.pk, due_at=lease).update(due_at=when) else None


def _rest(begun: float) -> timedelta | None:
    """How long to leave a device alone whose push service was asked at ``begun``; None where it was quick."""
    took = time.monotonic() - begun
    return timedelta(seconds=REST * took) if took > SLOW else None


def _wait(said: str) -> timedelta:
    """Retry-After, in seconds or as a date; a day at most, none when it is neither."""
    try:
        seconds = float(said) if said.isdigit() else parsedate_to_datetime(said).timestamp() - time.time()
    except (TypeError, ValueError, OverflowError):
        return timedelta()
    return timedelta(seconds=min(max(seconds, 0), 86_400))
