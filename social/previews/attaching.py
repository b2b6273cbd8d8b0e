"""Which preview a post gets when it is written or changed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import TooMany
from metya.web.inserting import insert
from metya.web.prepared import Prepared
from social.outgoing.addresses import Refused, read
from social.posts.models import Visibility
from social.previews.actions import LEASE
from social.previews.jobs import fetch_preview
from social.previews.models import LinkPreview, key_of

MOST_AN_HOUR = 30
# Fetching a page tells its site that somebody here wrote the link, at about what time. Of a public post it could learn that
# anyway; a post for followers is for whoever chose to follow. What is for people named one by one may hold an address
# that is itself a secret (an invitation, a shared document): of those no page is fetched, and none fetched before is shown.
FETCHED_FOR = (Visibility.PUBLIC, Visibility.FOLLOWERS)


_by_key = Prepared(lambda key: LinkPreview.objects.filter(key=key), "key")


def preview_for(author: Member, link: str, visibility: str) -> LinkPreview | None:
    """The row for the first link of a post, whose page is asked for if that is due; None where there is to be none.

    Runs in the transaction that writes the post, and the job belongs to it.
    """
    if not settings.LINK_PREVIEWS or not link or visibility not in FETCHED_FOR:
        return None
    try:
        address = read(link)
    except Refused:
        return None
    if address.host == urlsplit(settings.SITE_URL).hostname:
        return None
    common, owner_id = key_of(address.url, None), author.pk if visibility == Visibility.FOLLOWERS else None
    if owner_id and LinkPreview.objects.filter(key=common, barred=True).exists():
        return None
    key = key_of(address.url, owner_id)
    row = next(iter(_by_key(key=key)), None)
    if row is None:
        now, asks = timezone.now(), _may_ask(author)
        row = LinkPreview(key=key, url=address.url, host=address.host, owner_id=owner_id)
        row.next_at = now + LEASE if asks else now
        if insert(row):
            if asks:
                fetch_preview.enqueue(row.pk)
            return row
        row = _by_key(key=key)[0]  # another post made it at this moment
    if row.barred:
        return None
    _ask(author, row)
    return row


def _ask(author: Member, row: LinkPreview) -> None:
    """Enqueue the fetching once, however many write the link; nobody makes this machine ask more than so many pages."""
    now = timezone.now()
    if row.next_at > now:
        return
    if not _may_ask(author):
        return
    if LinkPreview.objects.filter(pk=row.pk, next_at__lte=now).update(next_at=now + LEASE):
        fetch_preview.enqueue(row.pk)


def _may_ask(author: Member) -> bool:
    try:
        ratelimit.limit("preview", str(author.pk), most=MOST_AN_HOUR, seconds=3600)
    except TooMany:
        return False
    return True
