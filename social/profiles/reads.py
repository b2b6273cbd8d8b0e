"""A member's public page."""

from dataclasses import dataclass, field, replace

from django.db.models import QuerySet

from metya.wallets.models import Member, Wallet
from metya.web.prepared import Prepared
from social.feeds.reads import POSTS, profile_page
from social.follows import policy as follow_policy
from social.follows.nearby import Mutuals, mutuals_of
from social.follows.reads import Bond, PersonCard, bond
from social.labels.policy import is_labeller
from social.notes.reads import note_about
from social.posts.reads import CardPage, PostCard, card_of
from social.profiles import policy
from social.profiles.adorning import shown_link
from social.profiles.models import Profile


@dataclass(frozen=True)
class ProfileView:
    """A profile (with its member), the bond with the viewer, whose page it is, and one tab of posts.

    ``pinned`` stands over the first page of the posts; ``mutuals`` are followers whom the viewer follows; ``note`` is what
    the viewer wrote down; ``wallets`` are the addresses that the member shows; ``labels``: whether they put labels on posts.
    """

    profile: Profile
    bond: Bond
    mine: bool
    may_follow: bool
    tab: str
    page: CardPage
    pinned: PostCard | None = None
    mutuals: Mutuals = field(default_factory=lambda: Mutuals([], 0))
    note: str = ""
    wallets: list[str] = field(default_factory=list)
    labels: bool = False

    @property
    def links(self) -> list[tuple[str, str]]:
        """(address, how it is shown) of the pages elsewhere."""
        return [(link, shown_link(link)) for link in self.profile.links]

    @property
    def member(self) -> Member:
        return self.profile.member  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The name, or the handle of one who gave none."""
        return self.profile.name or self.member.handle

    @property
    def as_person(self) -> PersonCard:
        """For the follow button."""
        return PersonCard(self.profile, self.bond.following, self.may_follow, asked=self.bond.asked)


@dataclass(frozen=True)
class WalletChoice:
    """One of the member's linked wallets, and whether everyone sees it."""

    wallet: Wallet
    shown: bool


def profile_of(viewer: Member | None, handle: str) -> Profile | None:
    """The profile with its member, or None when ``viewer`` may not see it; one query."""
    return next(iter(_called(me=viewer and viewer.pk, handle=handle.lower())), None)


def _called_for(me: int | None, handle: str) -> "QuerySet[Profile]":
    return Profile.objects.visible_to(Member.only_id(me)).select_related("member").filter(member__handle=handle)


_called = Prepared(_called_for, "me", "handle")


def _shown_by(profile: int) -> "QuerySet[Wallet, str]":
    shown = Profile.shown_wallets.through.objects.filter(profile=profile).values("wallet")
    return Wallet.objects.linked().filter(pk__in=shown).order_by("pk").values_list("address", flat=True)


_shown_wallets = Prepared(_shown_by, "profile")


def profile_view(viewer: Member | None, profile: Profile, tab: str = POSTS, before: int | None = None) -> ProfileView:
    """The page of a visible profile; at most seventeen queries at any length, of them four for a pinned post."""
    member = profile.member
    mine = viewer is not None and viewer.pk == member.pk
    page = profile_page(viewer, member, tab, before)
    pinned = _pinned(viewer, profile) if tab == POSTS and before is None else None
    if pinned is not None:
        page = replace(page, items=[card for card in page.items if card.pk != pinned.pk])
    return ProfileView(
        profile=profile,
        bond=bond(viewer, member),
        mine=mine,
        may_follow=viewer is not None and follow_policy.may_follow(viewer, member),
        tab=tab,
        page=page,
        pinned=pinned,
        mutuals=mutuals_of(viewer, member),
        note=note_about(viewer, member),
        wallets=_shown_wallets(profile=profile.pk),
        # The role is one of staff: of everybody else nothing is asked.
        labels=member.is_staff and is_labeller(member),
    )


def wallet_choices(profile: Profile) -> list[WalletChoice]:
    """Every linked wallet of the member, the first linked first; two queries."""
    shown = set(profile.shown_wallets.values_list("pk", flat=True))
    rows = Wallet.objects.linked().filter(member=profile.member_id).order_by("pk")
    return [WalletChoice(wallet, wallet.pk in shown) for wallet in rows]


def _pinned(viewer: Member | None, profile: Profile) -> PostCard | None:
    """The pinned post while it is there, public and the member's own."""
    if profile.pinned_id is None:
        return None
    card = card_of(viewer, profile.pinned_id)
    return card if card is not None and policy.may_pin(profile.member, card.post) else None
