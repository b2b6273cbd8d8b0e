"""Writing the demo community into the database by bulk paths, with what the actions of the site would have written."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.db import transaction

from metya.wallets import demo
from metya.wallets.actions import PROVIDER, grant_role
from metya.wallets.models import Member, Wallet
from social.bookmarks.models import Bookmark
from social.demo import corpus
from social.demo.community import Community, wallet_address
from social.demo.links import give_links
from social.demo.pages import adorn
from social.demo.people import Person, Role
from social.demo.pictures import Drawn, picture
from social.demo.pictures.faces import face
from social.demo.regard import Deed
from social.demo.said import Said
from social.follows.models import Follow
from social.interactions.actions import Fact, record_many
from social.posts.models import Like, Mention, Post, PostImage, PostTag, Tag, Visibility
from social.posts.render import MAX_CHARACTERS, Rendered, render
from social.posts.storage import PRIVATE, picture_storage
from social.posts.text import clean_text
from social.profiles.models import Profile

BATCH = 500
MOST_DRAWN = 64
Say = Callable[[str], None]


@dataclass
class Planted:
    """The rows of a community: members by place, posts by the place of what was said; reposts in order."""

    community: Community
    members: list[Member]
    posts: list[Post] = field(default_factory=list)
    reposts: list[Post] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)

    @cached_property
    def ids(self) -> list[int]:
        """Ids of the members by place."""
        return [member.pk for member in self.members]


def plant(community: Community, say: Say) -> Planted:
    """Write members, follows, posts and what was done with them; all or nothing."""
    with transaction.atomic():
        planted = Planted(community, _members(community))
        say(f"{len(planted.members):,} members with wallets and pictures")
        _follows(planted)
        _posts(planted)
        say(f"{len(planted.posts):,} posts, replies and quotes, {len(planted.reposts):,} reposts")
        _pictures(planted)
        _likes(planted)
        adorn(str(community.seed), planted.members, _stored)
        record_many(sorted(_facts(planted), key=lambda fact: (fact.at or community.now, fact.source_id)))
        say(f"{len(community.likes):,} likes, {len(community.follows):,} follows")
    return planted


def _members(community: Community) -> list[Member]:
    members = [
        Member(
            handle=person.handle,
            joined_at=person.joined_at,
            onboarded_at=person.joined_at,
            is_demo=person.role is Role.CAST,
            password=make_password(None),
        )
        for person in community.people
    ]
    Member.objects.bulk_create(members, batch_size=BATCH)
    wallets = [
        Wallet(member=member, address=wallet_address(community.seed, person), linked_at=person.joined_at)
        for member, person in zip(members, community.people, strict=True)
    ]
    Wallet.objects.bulk_create(wallets, batch_size=BATCH)
    accounts = [
        SocialAccount(
            user=wallet.member,
            provider=PROVIDER,
            uid=wallet.uid,
            extra_data={"kind": wallet.kind, "chain_id": wallet.chain_id},
        )
        for wallet in wallets
    ]
    SocialAccount.objects.bulk_create(accounts, batch_size=BATCH)
    for member, wallet in zip(members, wallets, strict=True):
        member.payout_wallet = wallet
    Member.objects.bulk_update(members, ["payout_wallet"], batch_size=BATCH)
    _profiles(community, members)
    by_handle = {member.handle: member for member in members}
    for one in demo.CAST:
        for role in one.roles:
            grant_role(actor=None, member=by_handle[one.handle], role=role)
    return members


def _profiles(community: Community, members: list[Member]) -> None:
    said = Counter(one.author for one in community.said)
    profiles = []
    for member, person in zip(members, community.people, strict=True):
        profiles.append(
            Profile(
                member=member,
                name=person.name,
                bio=person.bio,
                bio_html=render(person.bio, _nobody).html if person.bio else "",
                picture=_face(community, person),
                follower_count=len(person.followers),
                following_count=len(person.follows),
                post_count=said[person.place],
            )
        )
    Profile.objects.bulk_create(profiles, batch_size=BATCH)


def _nobody(_handles: tuple[str, ...]) -> set[str]:
    return set()


def _face(community: Community, person: Person) -> str:
    """The stored name of a drawn picture; some never chose one."""
    plain = {Role.QUIET: 3, Role.NEWCOMER: 2, Role.REGULAR: 12}.get(person.role)
    if person.role in (Role.RING, Role.SUSPENDED) or (plain and person.place % plain == 0):
        return ""
    bearded = person.name.split()[0] in corpus.bearded()
    data = face(f"{community.seed} {person.handle}", person.name, bearded=bearded, drawn=person.role is Role.CAST)
    return _stored(f"faces/demo-{community.seed}-{person.handle}.webp", data)


def _stored(name: str, data: bytes, storage: Storage = default_storage) -> str:
    """Keep a file, in place of one from an earlier run."""
    if storage.exists(name):
        storage.delete(name)
    return storage.save(name, ContentFile(data))


def _follows(planted: Planted) -> None:
    ids = planted.ids
    rows = [
        Follow(source_id=ids[source], target_id=ids[target], created_at=at)
        for source, target, at in planted.community.follows
    ]
    Follow.objects.bulk_create(rows, batch_size=BATCH)


def _posts(planted: Planted) -> None:
    """Ids grow with time, as everywhere: first the rows in the order of time, then what each of them answers."""
    community, members = planted.community, planted.members
    replies = Counter(id(one.parent) for one in community.said if one.parent)
    quotes = Counter(id(one.quoted) for one in community.said if one.quoted)
    repeats = Counter(id(deed.said) for deed in community.reposts)
    known = {member.handle for member in members}
    rendered: list[Rendered] = []
    for said in community.said:
        text = clean_text(said.text, most=MAX_CHARACTERS)
        rendered.append(render(text, lambda handles: known.intersection(handles)))
        post = Post(
            author=members[said.author],
            text=text,
            html=rendered[-1].html,
            visibility=Visibility.FOLLOWERS if said.followers_only else Visibility.PUBLIC,
            created_at=said.at,
            like_count=said.likes,
            reply_count=replies[id(said)],
            quote_count=quotes[id(said)],
            repost_count=repeats[id(said)],
        )
        planted.posts.append(post)
    give_links(str(community.seed), list(zip(community.said, planted.posts, rendered, strict=True)), _stored)
    planted.reposts = [Post(author=members[deed.person], created_at=deed.at) for deed in community.reposts]
    every = sorted([*planted.posts, *planted.reposts], key=lambda post: post.created_at)
    Post.objects.bulk_create(every, batch_size=BATCH)
    for place, said in enumerate(community.said):
        said.place = place
    _relate(planted)
    _name(planted, rendered)


def _relate(planted: Planted) -> None:
    posts, changed = planted.posts, []
    for said, post in zip(planted.community.said, posts, strict=True):
        if said.parent:
            post.in_reply_to, post.root = posts[said.parent.place], posts[said.root.place]
            if said.followers_only:
                post.audience = post.root.author
        if said.quoted:
            post.quote_of = posts[said.quoted.place]
        if said.parent or said.quoted:
            changed.append(post)
    for deed, post in zip(planted.community.reposts, planted.reposts, strict=True):
        post.repost_of = posts[deed.said.place]
    fields = ["in_reply_to", "root", "audience", "quote_of", "repost_of"]
    Post.objects.bulk_update([*changed, *planted.reposts], fields, batch_size=BATCH // 4)


def _name(planted: Planted, rendered: list[Rendered]) -> None:
    """Mentions and hashtags."""
    by_handle = {member.handle: member for member in planted.members}
    pairs = list(zip(planted.posts, rendered, strict=True))
    planted.mentions = Mention.objects.bulk_create(
        [Mention(post=post, member=by_handle[handle]) for post, found in pairs for handle in found.handles],
        batch_size=BATCH,
    )
    names = sorted({name for found in rendered for name in found.tags})
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    tags = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    uses = [PostTag(post=post, tag=tags[name]) for post, found in pairs for name in found.tags]
    PostTag.objects.bulk_create(uses, batch_size=BATCH)


def _pictures(planted: Planted) -> None:
    """The newest get drawings of their own; in a large community older ones show again what others of their kind show."""
    shown = [said for said in planted.community.said if said.picture]
    drawn: dict[tuple[str, int, bool], tuple[str, Drawn]] = {}
    images = []
    for number, said in enumerate(reversed(shown)):
        key = (said.picture, min(number, MOST_DRAWN), said.followers_only)
        if key not in drawn:
            drawn[key] = _drawn(planted, said)
        name, made = drawn[key]
        image = PostImage(
            post=planted.posts[said.place],
            member=planted.posts[said.place].author,
            alt=said.alt,
            width=made.width,
            height=made.height,
        )
        image.file.name = name
        images.append(image)
    PostImage.objects.bulk_create(images, batch_size=BATCH)


def _drawn(planted: Planted, said: Said) -> tuple[str, Drawn]:
    made = picture(said.picture, f"{planted.community.seed} {said.place}")
    name = f"posts/demo/{planted.community.seed}-{said.place}-{said.picture}.webp"
    return _stored(f"{PRIVATE}{name}" if said.followers_only else name, made.data, picture_storage()), made


def _likes(planted: Planted) -> None:
    def fields(deeds: list[Deed]) -> list[dict[str, Any]]:
        post_ids = [planted.posts[deed.said.place].pk for deed in deeds]
        return [
            {"member_id": planted.ids[deed.person], "post_id": post, "created_at": deed.at}
            for deed, post in zip(deeds, post_ids, strict=True)
        ]

    Like.objects.bulk_create([Like(**row) for row in fields(planted.community.likes)], batch_size=BATCH)
    Bookmark.objects.bulk_create([Bookmark(**row) for row in fields(planted.community.bookmarks)], batch_size=BATCH)


def _facts(planted: Planted) -> list[Fact]:
    """Everything that counts for influence; what is followers-only is noted as such and never scored."""
    community, ids = planted.community, planted.ids
    facts = [Fact(ids[source], ids[target], "follow", at=at) for source, target, at in community.follows]
    for said, post in zip(community.said, planted.posts, strict=True):
        public = not said.followers_only
        for kind, other in (("reply", said.parent), ("quote", said.quoted)):
            if other:
                facts.append(Fact(ids[said.author], ids[other.author], kind, post.pk, public, said.at))
    for kind, deeds in (("like", community.likes), ("repost", community.reposts)):
        for deed in deeds:
            post = planted.posts[deed.said.place]
            public = not deed.said.followers_only
            facts.append(Fact(ids[deed.person], ids[deed.said.author], kind, post.pk, public, deed.at))
    return facts
