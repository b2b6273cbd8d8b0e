"""Keys that everybody knows: good in demo mode, refused everywhere else."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from eth_account import Account
from eth_utils.crypto import keccak

from metya.wallets.errors import refuse
from metya.wallets.models import Role


@dataclass(frozen=True)
class Person:
    """One of the demo cast; the key of ``handle`` is keccak256("metya demo cast <handle>")."""

    handle: str
    name: str
    roles: tuple[Role, ...] = ()

    @property
    def key(self) -> bytes:
        return keccak(text=f"metya demo cast {self.handle}")

    @property
    def address(self) -> str:
        """Lower case."""
        return _address(self.key)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split())

    @property
    def role(self) -> str:
        """What the person does, for a button."""
        return ", ".join(str(role.label) for role in self.roles) or str(_("member"))


@cache
def _address(key: bytes) -> str:
    return str(Account.from_key(key).address).lower()


CAST = (
    Person("ines", "Ines Rocha"),
    Person("tomasz", "Tomasz Kowal"),
    Person("amara", "Amara Adeyemi", (Role.LABELLER,)),
    Person("mona", "Mona Lindqvist", (Role.MODERATOR,)),
    Person("fay", "Fay Okafor", (Role.REVIEWER,)),
    Person("finn", "Finn Larsen", (Role.REVIEWER,)),
    Person("cole", "Cole Marchetti", (Role.MANAGER,)),
    Person("ada", "Ada Whitlock", (Role.ADMIN,)),
)
# The ten accounts that development chains (anvil, hardhat, ganache -d with the same words) print at start.
DEVELOPMENT_ACCOUNTS = frozenset({
    "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
    "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
    "0x90f79bf6eb2c4f870365e785982e1f101e93b906",
    "0x15d34aaf54267db7d7c367839aaf71a00a2c6a65",
    "0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
    "0x976ea74026e726554db657fa54763abd0c3a0aa9",
    "0x14dc79964da2c08b23698b3d3cc7ca32193d9955",
    "0x23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
    "0xa0ee7a142d267c1f36714e4a8f75612f20a79720",
})  # fmt: skip


@cache
def well_known() -> frozenset[str]:
    """Every address whose key is public."""
    return DEVELOPMENT_ACCOUNTS | {person.address for person in CAST}


def person(address: str) -> Person | None:
    """Who of the cast has this lower-case address."""
    return next((one for one in CAST if one.address == address), None)


def refuse_outside_demo(address: str) -> None:
    """Raises demo-key when ``address`` is well known and the site is not a demo."""
    if not settings.DEMO and address in well_known():
        refuse("demo-key")
