"""What the pages say of themselves that the demo's posts link to. Nothing is asked: the rows are as if these pages had been."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from social.demo.pictures import picture
from social.demo.said import Said
from social.outgoing.addresses import Refused, read
from social.posts.models import Post
from social.posts.render import Rendered
from social.previews.models import LinkPreview, key_of

Store = Callable[[str, bytes], str]
# The pages do not exist: they are not asked in the life of a demo.
LEFT_ALONE = timedelta(days=3650)


@dataclass(frozen=True)
class Page:
    """``drawing``: the name of the picture; none, for a page without."""

    title: str
    description: str
    site: str
    drawing: str = ""


PAGES = {
    "owls.example.org": Page(
        "Owl camera · the barn at Salt Lane", "Live from dusk to dawn. No sound, so that the owls keep theirs.",
        "Averly Bird Group", "feather",
    ),
    "birds.example.org": Page(
        "Winter count: every species, every year", "Tables and a map of the mudflats since 1987.", "Averly Bird Group",
    ),
    "data.example.org": Page(
        "Open data of the council", "Trees, street lights, flood levels and what became of wishes: files for everyone.",
        "Averly Council", "wishes",
    ),
    "radio.example.org": Page(
        "Community radio: what is on tonight", "Made by forty volunteers, above the bakery.", "Harbour Radio", "shortwave",
    ),
    "sky.example.org": Page(
        "How dark is Averly tonight?", "A light sensor on the water tower, a reading each minute.", "Night Sky Averly",
        "stars",
    ),
    "bread.example.org": Page(
        "Buckwheat bread without wheat", "A tin with a lid, psyllium, and an afternoon.", "Averly Bread Circle", "loaf",
    ),
    "seeds.example.org": Page(
        "The seed drawers, photographed", "Take some, bring some back: 212 kinds and who saved them.", "Seed Library",
        "seeds",
    ),
    "code.example.org": Page("averly: small tools for a small town", "Code under free licences.", "Code"),
}  # fmt: skip


def give_links(seed: str, posts: Sequence[tuple[Said, Post, Rendered]], store: Store) -> None:
    """A preview for each public post whose first link leads to one of PAGES and that has no picture; before they are stored."""
    found: dict[str, list[Post]] = {}
    for said, post, rendered in posts:
        if not rendered.link or said.picture or said.quoted or said.followers_only:
            continue
        try:
            address = read(rendered.link)
        except Refused:
            continue
        if address.host in PAGES:
            found.setdefault(address.url, []).append(post)
    for url in sorted(found):
        row = _row(seed, url, found[url], store)
        for post in found[url]:
            post.preview = row


def _row(seed: str, url: str, posts: list[Post], store: Store) -> LinkPreview:
    host = read(url).host
    page, asked = PAGES[host], min(post.created_at for post in posts)
    row = LinkPreview(
        key=key_of(url, None),
        url=url,
        host=host,
        title=page.title,
        description=page.description,
        site=page.site,
        created_at=asked,
        fetched_at=asked,
        next_at=timezone.now() + LEFT_ALONE,
    )
    if page.drawing:
        made = picture(page.drawing, f"{seed} {host}")
        row.picture.name = store(f"previews/demo-{seed}-{host}.webp", made.data)
        row.width, row.height = made.width, made.height
    row.save()
    return row
