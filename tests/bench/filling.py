"""A community of any size on PostgreSQL for benches, past the ORM where there are many rows; import it after django.setup()."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from metya.wallets.models import Member, Wallet
from social.follows.models import Follow
from social.posts.models import Like, Post, PostImage
from social.posts.render import render
from social.profiles.models import Profile

WORDS = (
    "the early ferry left on time again and somebody kept the good ladder for Saturday which is the day when we mend "
    "bicycles lamps and one toaster behind the library so bring a lamp and a story about the river please"
)
DAYS = 60
# Of a hundred posts: so many answer, repeat or quote an earlier one; so many of the others carry a picture.
REPLIES, REPOSTS, QUOTES, PICTURES = 15, 10, 5, 10


def community(*, members: int, posts: int, follows: int, likes: int) -> list[Member]:
    """Members who follow ``follows`` others each, and what they said in the last DAYS days, ids by time."""
    call_command("migrate", verbosity=0)
    chance = Random(7)  # noqa: S311
    people = _people(members, follows)
    ids = [member.pk for member in people]
    pairs = ((one, other) for one in ids for other in chance.sample(ids, follows + 1) if other != one)
    now = timezone.now()
    _copy(Follow, ("source_id", "target_id", "created_at"), ((*pair, now) for pair in pairs))
    _posts(chance, ids, posts)
    places = {(chance.choice(ids), chance.randint(1, posts)) for _ in range(likes)}
    _copy(Like, ("member_id", "post_id", "created_at"), ((*place, now) for place in sorted(places)))
    with connection.cursor() as cursor:
        counts = "SELECT post_id, count(*) AS n FROM social_like GROUP BY post_id"
        cursor.execute(f"UPDATE social_post SET like_count = n FROM ({counts}) AS c WHERE c.post_id = social_post.id")  # noqa: S608
        cursor.execute("VACUUM ANALYZE")
    return people


def _people(count: int, follows: int) -> list[Member]:
    now = timezone.now()
    people = Member.objects.bulk_create(
        Member(handle=f"member{number}", onboarded_at=now, joined_at=now - timedelta(days=DAYS))
        for number in range(count)
    )
    Profile.objects.bulk_create(
        Profile(member=one, name=f"Member {one.pk}", picture="faces/one.webp", following_count=follows)
        for one in people
    )
    wallets = Wallet.objects.bulk_create(
        Wallet(member=one, address=f"0x{0xA000000000000000 + one.pk * 7919:040x}") for one in people
    )
    for one, wallet in zip(people, wallets, strict=True):
        one.payout_wallet = wallet
    Member.objects.bulk_update(people, ["payout_wallet"], batch_size=1_000)
    return people


def _posts(chance: Random, ids: list[int], count: int) -> None:
    """Posts 1 … ``count``: fresh ones, replies, reposts and quotes; every tenth fresh one with a picture."""
    texts = [_text(chance) for _ in range(500)]
    start, step = timezone.now() - timedelta(days=DAYS), timedelta(days=DAYS) / count
    fresh: list[int] = []
    reposted: set[tuple[int, int]] = set()
    pictured: list[tuple[int, int]] = []

    def rows() -> Iterable[tuple[Any, ...]]:
        for pk in range(1, count + 1):
            author, drawn = chance.choice(ids), chance.randrange(100)
            earlier = chance.choice(fresh[-2_000:]) if fresh else None
            answers = quotes = repeats = None
            if earlier and drawn < REPLIES:
                answers = earlier
            elif earlier and drawn < REPLIES + REPOSTS and (author, earlier) not in reposted:
                repeats = earlier
                reposted.add((author, earlier))
            else:
                quotes = earlier if earlier and drawn >= 100 - QUOTES else None
                fresh.append(pk)
                if drawn < REPLIES + REPOSTS + PICTURES:
                    pictured.append((pk, author))
            text, html = ("", "") if repeats else chance.choice(texts)
            yield author, text, html, "public", answers, answers, quotes, repeats, start + pk * step, 0, 0, 0, 0

    names = "author_id text html visibility in_reply_to_id root_id quote_of_id repost_of_id created_at like_count"
    _copy(Post, (*names.split(), "reply_count", "repost_count", "quote_count"), rows())
    images = ((*one, "posts/one.webp", 1200, 800, "A drawing of a ferry", False) for one in pictured)
    _copy(PostImage, ("post_id", "member_id", "file", "width", "height", "alt", "alt_declined"), images)


def _text(chance: Random) -> tuple[str, str]:
    """A post of a usual length, one in three with a link and a hashtag, and its HTML."""
    words = " ".join(chance.choices(WORDS.split(), k=chance.randint(6, 45))).capitalize()
    text = f"{words}. https://example.org/{chance.randrange(999)} #ferry" if chance.random() < 0.33 else f"{words}."
    return text, render(text, lambda handles: set()).html


def _copy(model: Any, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Columns that are not named get the default of their field."""
    others = [field for field in model._meta.concrete_fields if not field.primary_key and field.attname not in columns]
    usual = {field.attname: field.get_default() for field in others if not field.null}
    names = ", ".join((*columns, *usual))
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for one in rows:
            copy.write_row((*one, *usual.values()))


def sessions(members: Iterable[Member]) -> list[str]:
    """A session of each member, as signing in makes one; their keys."""
    store, expiry = SessionStore(), timezone.now() + timedelta(days=1)
    rows = []
    for number, member in enumerate(members):
        data = {
            SESSION_KEY: str(member.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: member.get_session_auth_hash(),
        }
        rows.append(Session(session_key=f"bench{number:027d}", session_data=store.encode(data), expire_date=expiry))
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]
