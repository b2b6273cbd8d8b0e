"""Fixed-window counters in the shared cache: per member, wallet or client address."""

import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from metya.web.errors import TooMany


def client_address(request: HttpRequest) -> str:
    """The client's IP address.

    X-Forwarded-For counts only behind TRUSTED_PROXIES proxies of one's own, and then only the entry that the outermost
    of them appended, so that a forged header does not move the limit.
    """
    hops = settings.TRUSTED_PROXIES
    if hops:
        chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if len(chain) >= hops and (found := _without_port(chain[-hops])):
            return found
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def client_bucket(request: HttpRequest) -> str:
    """What limits count by: the address, or for IPv6 the /64 network, of which anybody has 2⁶⁴ addresses to choose from."""
    address = client_address(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address


def limit(scope: str, key: str, *, most: int, seconds: int) -> None:
    """Count one use of ``scope`` by ``key``; more than ``most`` in a window of ``seconds`` raises TooMany."""
    now = int(time.time())
    window = now // seconds
    name = f"rate:{scope}:{key}:{window}"
    cache.add(name, 0, timeout=seconds + 5)
    try:
        used = cache.incr(name)
    except ValueError:  # evicted between the two calls
        cache.set(name, 1, timeout=seconds + 5)
        used = 1
    if used > most:
        wait = seconds - now % seconds
        raise TooMany(
            _("Too many requests. Try again in %(seconds)d seconds.") % {"seconds": wait}, data={"retry_after": wait}
        )


def _without_port(entry: str) -> str:
    """An entry of X-Forwarded-For as an address; some proxies append the port. Empty when it is neither."""
    for candidate in (entry, entry.rpartition(":")[0], entry.partition("]")[0].removeprefix("[")):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""
