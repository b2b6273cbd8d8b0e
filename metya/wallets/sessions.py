"""A member's sessions: which wallet opened them, when they were last seen, and ending them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member, Wallet
from metya.wallets.signals import session_ended

WALLET = "wallet"
SEEN = "seen"
SEEN_EVERY = 300
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SessionRow:
    """One open session; ``wallet`` opened it (None when unknown)."""

    id: int
    device: str
    ip: str
    created_at: datetime
    last_seen_at: datetime
    current: bool
    wallet: Wallet | None


def opened_by(request: HttpRequest, member: Member) -> Wallet | None:
    """The linked wallet whose signature stands at the beginning of this session (also before a second factor is given)."""
    uids = [
        record["uid"]
        for record in get_authentication_records(request, member)
        if record.get("method") == "socialaccount" and record.get("provider") == "wallet"
    ]
    return Wallet.objects.linked().filter(member=member).with_uid(uids[-1]).first() if uids else None


def note_opened(request: HttpRequest, wallet: Wallet) -> None:
    """Remember which wallet opened the session that has just begun, so that it ends with the wallet."""
    request.session[WALLET] = wallet.pk
    request.session[SEEN] = int(time.time())
    UserSession.objects.filter(session_key=request.session.session_key).update(data={WALLET: wallet.pk})
    Wallet.objects.filter(pk=wallet.pk).update(last_used_at=timezone.now())


def note_seen(request: HttpRequest, *, ip: str) -> None:
    """Write down at most every five minutes that the session is in use, and from where."""
    now = int(time.time())
    if now - int(request.session.get(SEEN, 0)) < SEEN_EVERY:
        return
    request.session[SEEN] = now
    agent = request.headers.get("User-Agent", "")[:200]
    seen = {"user": request.user, "ip": ip, "user_agent": agent, "last_seen_at": timezone.now()}
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults=seen,
        create_defaults=seen | {"data": {WALLET: request.session.get(WALLET)}},
    )


def of_member(member: Member, *, current_key: str | None) -> list[SessionRow]:
    """The open sessions, this one first, then the latest seen; those that ran out are dropped on the way."""
    rows: list[Any] = UserSession.objects.purge_and_list(member)
    wallets = {wallet.pk: wallet for wallet in Wallet.objects.filter(member=member)}
    found = [
        SessionRow(
            id=row.pk,
            device=device(row.user_agent),
            ip=row.ip,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            current=row.session_key == current_key,
            wallet=wallets.get(row.data.get(WALLET)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.current, row.last_seen_at), reverse=True)


def current(request: HttpRequest) -> UserSession | None:
    """The row of the session that a member's request came in."""
    key = request.session.session_key
    found: UserSession | None = UserSession.objects.filter(user=request.user, session_key=key).first()
    return found


def end(member: Member, session_id: int) -> bool:
    """End one session of the member; False when there is none of that number."""
    return _end(UserSession.objects.filter(user=member, pk=session_id)) == 1


def end_others(member: Member, *, keep_key: str | None) -> int:
    """End every session but the one with ``keep_key``; how many."""
    return _end(UserSession.objects.filter(user=member).exclude(session_key=keep_key or ""))


def end_all(member: Member) -> int:
    """End every session of the member; how many."""
    return end_others(member, keep_key=None)


def prune() -> int:
    """Forget where members were signed in once the session is gone; how many rows. An hour's grace for those that begin."""
    old = UserSession.objects.filter(last_seen_at__lt=timezone.now() - timedelta(hours=1))
    gone: int = old.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    return gone


def end_of_wallet(wallet: Wallet) -> int:
    """End the sessions that ``wallet`` opened; how many."""
    rows = UserSession.objects.filter(user=wallet.member_id)
    return _end(row for row in rows if row.data.get(WALLET) == wallet.pk)


def _end(rows: Iterable[Any]) -> int:
    count = 0
    for row in rows:
        key = row.session_key
        row.end()
        session_ended.send(sender=UserSession, session_key=key)
        count += 1
    return count


def device(agent: str) -> str:
    """Browser and system for people, from a user agent."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")
