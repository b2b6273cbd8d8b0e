"""What some of the cast made of their pages: a header picture, links, a pinned post; one account is locked, and people wait."""

from collections.abc import Callable

from metya.wallets import demo
from metya.wallets.models import Member
from social.demo.pictures import picture
from social.follows.models import Follow, FollowRequest
from social.posts.models import Post
from social.profiles.models import Profile

Store = Callable[[str, bytes], str]
# Handle: the drawing over the page, and links.
PAGES = {
    "ines": ("contours", ["https://maps.example.org/springs", "https://example.net/@ines"]),
    "tomasz": ("circuit", ["https://status.example.org"]),
    "amara": ("herbarium", ["https://seeds.example.org"]),
}
LOCKED, ASKING = "fay", 3
CAST = len(demo.CAST)


def adorn(seed: str, members: list[Member], store: Store) -> None:
    """Write it; those of the cast who are not among ``members`` are left out."""
    by_handle = {member.handle: member for member in members}
    for handle, (drawing, links) in PAGES.items():
        if handle in by_handle:
            header = store(f"headers/demo-{seed}-{handle}.webp", picture(drawing, f"{seed} {handle}").data)
            own = Post.objects.present().public().originals().topmost().filter(author=by_handle[handle])
            pinned = own.order_by("-like_count", "pk").first()
            Profile.objects.filter(member=by_handle[handle]).update(header=header, links=links, pinned=pinned)
    target = by_handle.get(LOCKED)
    if target is None:
        return
    Profile.objects.filter(member=target).update(locked=True)
    known = set(Follow.objects.filter(target=target).values_list("source", flat=True)) | {target.pk}
    asking = [member for member in members[CAST:] if member.pk not in known][:ASKING]
    FollowRequest.objects.bulk_create([FollowRequest(source=member, target=target) for member in asking])
