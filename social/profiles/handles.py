"""Which handles are possible, which are kept, which look like somebody else's, and free ones that are near."""

import re
import secrets

from django.utils.translation import gettext as _

from metya.wallets.models import Member, Role
from metya.web.errors import Invalid

SHORTEST, LONGEST = 3, 30
_SHAPE = re.compile(r"[a-z](?:_?[a-z0-9])*")
_PROVISIONAL = re.compile(r"(?:new|gone)_[0-9a-f]{12}")

# First parts of the site's addresses (a test compares them with the real ones), names that speak for the site, and words
# that programs take for something else.
RESERVED = frozenset(
    """
    account accounts admin administrator admins all anyone api app assets assistant auth blog bookmarks chain claim
    claims code come_back community complete contact css data decide demo docs download drafts edit embed
    epochs everyone explore export feed feeds followers following governance healthz help home import info jobs
    js label labeller labels ledger legal likes lists live login logout mail manifest me media messages metya mod moderation
    moderator moderators mods network new nobody node nodes notifications null oembed official offline
    onboarding operator owner payout payouts people pool post posts press privacy profile profiles proposals
    public ranking register replies report reports reviewer reviewers rewards robots root rules search security server
    settings share sign_in sign_out sign_up signin signout signup sitemap sitemaps social staff static status
    steward style styles support suspended sysop system tag tags team terms test token tokens transparency treasury trust
    undefined update user users verified verify vote votes wallet wallets webmaster welcome well_known www you
    """.split()  # noqa: SIM905
)
# Kept for the site itself even in look-alike spellings.
OFFICIAL = (
    "metya",
    "admin",
    "administrator",
    "moderator",
    "support",
    "official",
    "staff",
    "security",
    "treasury",
    "help",
)
_LOOKALIKES = str.maketrans(
    {"0": "o", "1": "l", "i": "l", "2": "z", "3": "e", "4": "a", "5": "s", "6": "b", "7": "t", "8": "b", "9": "g"}
)


def skeleton(handle: str) -> str:
    """What a handle looks like at a glance: two that share it can be taken for each other."""
    plain = handle.replace("_", "").translate(_LOOKALIKES)
    for pair, single in (("rn", "m"), ("vv", "w"), ("cl", "d")):
        plain = plain.replace(pair, single)
    return plain


def clean_handle(raw: str) -> str:
    """The handle in lower case, without the @; its shape and that it is not kept. Raises Invalid.

    3 to 30 of a–z, 0–9 and _, a letter first, no _ at the end and no two in a row.
    """
    handle = raw.strip().removeprefix("@").lower()
    problem = ""
    if not SHORTEST <= len(handle) <= LONGEST:
        problem = _("A handle has 3 to 30 characters.")
    elif not _SHAPE.fullmatch(handle):
        problem = _(
            "Use the letters a to z, digits and single underscores; start with a letter, end without underscore."
        )
    elif handle in RESERVED or _PROVISIONAL.fullmatch(handle):
        problem = _("That handle is kept for the site. Choose another one.")
    if problem:
        raise Invalid(problem, data={"field": "handle"})
    return handle


def lookalike(handle: str, member: Member) -> str:
    """Whom the handle could be taken for: a staff member, or the site itself; empty for nobody. One query."""
    shape = skeleton(handle)
    roles = [str(role) for role in Role]
    staff = Member.objects.filter(is_staff=True, groups__name__in=roles).exclude(pk=member.pk)
    for name in [*OFFICIAL, *staff.values_list("handle", flat=True)]:
        if skeleton(name) == shape and name != handle:
            return name
    return ""


def suggestions(handle: str, most: int = 3) -> list[str]:
    """Free handles near the one that is taken; one query. Shorter than ``most`` only for hopeless input."""
    base = re.sub(r"[^a-z0-9_]", "", handle.lower()).lstrip("0123456789_")[: LONGEST - 6].rstrip("_")
    base = re.sub(r"__+", "_", base)
    if len(base) < 2:
        base = "member"
    digits = [f"{base}{number}" for number in range(2, 10)]
    words = [f"{base}_{word}" for word in ("here", "too", "now")] + [f"the_{base}", f"just_{base}"]
    rest = [f"{base}{secrets.randbelow(9000) + 1000}" for _try in range(6)]
    wanted = [one for pair in zip(words, digits, strict=False) for one in pair] + rest
    good = [one for one in wanted if len(one) <= LONGEST and _SHAPE.fullmatch(one) and one not in RESERVED]
    taken = set(Member.objects.filter(handle__in=good).values_list("handle", flat=True))
    return [one for one in good if one not in taken][:most]
