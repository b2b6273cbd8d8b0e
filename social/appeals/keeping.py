"""What decisions take away for good, kept out of sight while it can be appealed: pictures of posts, what a profile says, lists.

Files are moved once the decision is certain, into the private store; each step looks for what is left, so that whatever was
interrupted is done by the next pass (``tidy``). Of messages nothing is kept.
"""

from contextlib import suppress
from functools import partial
from secrets import token_hex
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.forms.models import model_to_dict
from django.utils import timezone

from metya.wallets.models import Member
from social.appeals.models import Appeal, Kept
from social.follows.models import Block
from social.lists.models import ListMember, MemberList
from social.moderation.models import APPEALABLE, Decision, Kind
from social.posts import pictures
from social.posts.models import Post, PostImage
from social.posts.storage import PRIVATE, copied, picture_storage
from social.profiles.models import Profile, header_name, picture_name

_IMAGE = ("id", "post", "member", "position", "focus_x", "focus_y", "width", "height", "alt", "alt_declined")
_SAID = ("name", "bio", "bio_html", "links")
_FACES = {"picture": picture_name, "header": header_name}
_LIST = ("id", "owner", "name", "about", "public")


def of_image(made: Decision, image: PostImage) -> None:
    """A picture of a post, before its row goes."""
    _keep(made, model_to_dict(image, _IMAGE) | {"id": image.pk}, {"file": str(image.file.name)})


def of_profile(made: Decision, profile: Profile) -> None:
    """What a profile says, and its pictures, before they go."""
    files = {name: str(getattr(profile, name).name) for name in _FACES if getattr(profile, name)}
    _keep(made, {name: getattr(profile, name) for name in _SAID}, files)


def of_list(made: Decision, one: MemberList) -> None:
    """A list with who is in it and what was written for it, before it goes."""
    values = model_to_dict(one, _LIST) | {"id": one.pk, "created_at": one.created_at}
    values["entries"] = list(one.entries.order_by("pk").values_list("member", flat=True))  # type: ignore[attr-defined]
    values["posts"] = list(Post.objects.filter(for_list=one).values_list("pk", flat=True))
    _keep(made, values, {})


def bring_back(made: Decision) -> bool:
    """What was kept for an overturned decision is there again, as far as its place is free. False: nothing could come back."""
    kept = Kept.objects.select_for_update().filter(decision=made).first()
    if kept is None:
        return False
    back = _BACK[Kind(made.case.kind)](kept)
    if back and kept.files:
        transaction.on_commit(partial(_house, kept.pk), robust=True)
    elif back:
        kept.delete()
    return back


def tidy(most: int = 200) -> int:
    """What nobody can appeal any more goes; what was interrupted is done; how many went. Safe to repeat."""
    for pk, files in Kept.objects.filter(decision__overturned_at=None).values_list("pk", "files"):
        if any(not stored.startswith(PRIVATE) for stored in files.values()):
            _put_away(pk)
    for pk in Kept.objects.filter(decision__overturned_at__isnull=False).values_list("pk", flat=True):
        _house(pk)
    waits = Appeal.objects.open().filter(decision=OuterRef("decision"))
    over = Kept.objects.filter(decision__applied_at__lt=timezone.now() - APPEALABLE).exclude(Exists(waits))
    return _drop(list(over[:most]))


def forget(member: Member, most: int) -> int:
    """Who is erased has nothing here any more; how many went."""
    return _drop(list(Kept.objects.filter(decision__member=member)[:most]))


def _keep(made: Decision, values: dict[str, Any], files: dict[str, str]) -> None:
    kept = Kept.objects.create(decision=made, values=values, files=files)
    if files:
        transaction.on_commit(partial(_put_away, kept.pk), robust=True)


def _put_away(pk: int) -> None:
    """Its files into the private store, where no address leads to them."""
    kept = Kept.objects.filter(pk=pk).first()
    for name, stored in kept.files.items() if kept else ():
        if not stored.startswith(PRIVATE):
            _moved(pk, name, stored, f"{PRIVATE}kept/{token_hex(16)}.webp")


def _moved(pk: int, name: str, stored: str, to: str) -> None:
    with suppress(FileNotFoundError):
        found = copied(stored, to)
        with transaction.atomic():
            rows = Kept.objects.select_for_update(of=("self",))
            kept = rows.filter(pk=pk, decision__overturned_at=None).first()
            mine = kept is not None and kept.files.get(name) == stored
            if mine and kept is not None:
                Kept.objects.filter(pk=pk).update(files=kept.files | {name: found})
        _remove(stored if mine else found)


def _house(pk: int) -> None:
    """The files of what came back, to where they belong now; then nothing is kept any more."""
    kept = Kept.objects.select_related("decision__case").filter(pk=pk, decision__overturned_at__isnull=False).first()
    if kept is None:
        return
    taken: set[str] = set()
    if kept.decision.case.kind == Kind.IMAGE:
        rows = PostImage.objects.filter(file__in=kept.files.values())
        taken = set(rows.values_list("file", flat=True))
        for post in list(rows.values_list("post", flat=True)):
            pictures.rehouse(post)
    else:
        for name, stored in kept.files.items():
            _face(kept, name, stored)
    for stored in set(kept.files.values()) - taken:
        _remove(stored)
    kept.delete()


def _face(kept: Kept, name: str, stored: str) -> None:
    """The profile has its picture again, unless a new one is there."""
    rows = Profile.objects.filter(member=kept.decision.member_id, member__is_active=True, **{name: ""})
    with suppress(FileNotFoundError):
        if rows.exists():
            found = copied(stored, _FACES[name](Profile(), ""))
            if not rows.update(**{name: found}):
                _remove(found)


def _image(kept: Kept) -> bool:
    values = dict(kept.values)
    post = Post.objects.filter(pk=values["post"]).first()
    storage, name = picture_storage(), kept.files["file"]
    if post is None or post.emptied or post.images.count() >= pictures.MOST or not storage.exists(name):  # type: ignore[attr-defined]
        return False
    values |= {"post_id": values.pop("post"), "member_id": values.pop("member")}
    PostImage.objects.bulk_create([PostImage(**values, file=name)])
    return True


def _profile(kept: Kept) -> bool:
    """Each part, unless something new was written in its place."""
    profile = Profile.objects.filter(member=kept.decision.member_id, member__is_active=True).first()
    if profile is None:
        return False
    fresh = {name for name in _SAID if getattr(profile, name)} | ({"bio_html"} if profile.bio else set())
    said = {name: value for name, value in kept.values.items() if name not in fresh}
    Profile.objects.filter(pk=profile.pk).update(**said)
    return True


def _list(kept: Kept) -> bool:
    """With those who are still here and whom no block keeps from its owner."""
    values = dict(kept.values)
    entries, written = values.pop("entries"), values.pop("posts")
    owner = values["owner_id"] = values.pop("owner")
    try:
        with transaction.atomic():
            one = MemberList.objects.create(**values)
    except IntegrityError:  # another of that name meanwhile
        return False
    apart = Block.objects.filter(source=owner, target=OuterRef("pk"))
    by_them = Block.objects.filter(source=OuterRef("pk"), target=owner)
    people = Member.objects.get_queryset().filter(pk__in=entries, is_active=True)
    found = set(people.exclude(Exists(apart)).exclude(Exists(by_them)).values_list("pk", flat=True))
    ListMember.objects.bulk_create([ListMember(list=one, member_id=pk) for pk in entries if pk in found])
    MemberList.objects.filter(pk=one.pk).update(size=len(found))
    Post.objects.filter(pk__in=written, for_list=None, visibility="list").update(for_list=one)
    return True


_BACK = {Kind.IMAGE: _image, Kind.PROFILE: _profile, Kind.LIST: _list}


def _drop(rows: list[Kept]) -> int:
    """The row first: a file without a row is litter, a row without its file is a hole."""
    for kept in rows:
        shown = set(PostImage.objects.filter(file__in=kept.files.values()).values_list("file", flat=True))
        kept.delete()
        for stored in set(kept.files.values()) - shown:
            _remove(stored)
    return len(rows)


def _remove(name: str) -> None:
    with suppress(OSError):
        picture_storage().delete(name)
