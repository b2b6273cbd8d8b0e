"""Which addresses may be asked for a page: what is plainly a public web site, and nothing that only this machine can reach.

A member chooses the address, and this machine stands where members cannot: beside the database, the cache, the cloud's
metadata. So the rule names what is allowed. Names, not numbers; http and https on their own ports; and, once resolved, global
unicast addresses that neither are kept for something special nor carry another address inside.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

MOST = 2000
PORTS = {"http": 80, "https": 443}
_UNWRITTEN = re.compile(r"[\x00-\x20\x7f\\]")
# Two names at least, the last of which begins with a letter: no spelling of a number (127.1, 0x7f.1, 2130706433) does.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NOT_OF_THE_WEB = ("localhost", "local", "internal", "onion", "arpa", "lan", "home", "corp", "intranet", "invalid")
_GLOBAL = ipaddress.ip_network("2000::/3")
_SPECIAL = [
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
        # IPv6 within 2000::/3: protocols (Teredo among them), documentation, 6to4.
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
]  # fmt: skip


class Refused(Exception):
    """An address that is not asked."""


@dataclass(frozen=True)
class Address:
    """An address of the web, normalised: host in ASCII and small letters, no fragment, the usual port."""

    scheme: str
    host: str
    target: str

    @property
    def port(self) -> int:
        return PORTS[self.scheme]

    @property
    def netloc(self) -> str:
        """As it stands in the header Host."""
        return self.host

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.target}"


def read(url: str) -> Address:
    """Raises Refused for everything that is not the plain address of a public page."""
    if len(url) > MOST or _UNWRITTEN.search(url):
        raise Refused("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode().lower()
    except ValueError as error:
        raise Refused("not an address") from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS or port not in (None, PORTS[scheme]):
        raise Refused("only http on port 80 and https on port 443")
    if "@" in parts.netloc:
        raise Refused("a user in the address")
    if len(host) > 253 or not _NAME.fullmatch(host) or host.rpartition(".")[2] in _NOT_OF_THE_WEB:
        raise Refused("not the name of a public host")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    target += f"?{quote(parts.query, safe='/%:@!$&()*+,;=?~-._')}" if parts.query else ""
    if len(target) > MOST:
        raise Refused("not an address")
    return Address(scheme, host, target)


def is_public(address: str) -> bool:
    """Whether a number that a name resolved to is one of the public internet.

    Outside 2000::/3 lies every IPv6 form that carries an IPv4 address to somewhere else (mapped, compatible, NAT64), and
    what is local; 6to4 and Teredo are named.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id or found not in _GLOBAL):
        return False
    return found.is_global and not any(found in net for net in _SPECIAL if net.version == found.version)
