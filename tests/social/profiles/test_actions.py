"""Handles, names, descriptions and pictures: every rule."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from PIL import Image

from metya.ops.models import AuditEvent
from metya.wallets.models import Member
from metya.web.errors import ActionError, Conflict, Invalid
from social.profiles import actions
from social.profiles.handles import RESERVED, clean_handle, skeleton, suggestions
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer(db) -> Member:
    return Member.objects.create(handle="new_0123456789ab")


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(out, "PNG")
    return SimpleUploadedFile("../../x.png", out.getvalue())


# --- handles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", ["ines", "Ines", " @ines ", "a1b", "a_b_c", "x" * 30])
def test_good_handles(raw):
    assert clean_handle(raw) == raw.strip().removeprefix("@").lower()


@pytest.mark.parametrize(
    "raw",
    ["", "ab", "x" * 31, "1abc", "_abc", "abc_", "a__b", "a-b", "a.b", "a b", "ínes", "інес", "ines\n1", "in\x00es", "ines\u202e",
     "../etc", "@@ines", "admin", "Settings", "new_0123456789ab", "metya", "null"],
)  # fmt: skip
def test_bad_handles(raw):
    with pytest.raises(Invalid) as caught:
        clean_handle(raw)
    assert caught.value.data == {"field": "handle"}


def test_every_first_part_of_an_address_is_kept():
    roots = set()
    for pattern in get_resolver().url_patterns:
        roots |= _roots(pattern)
    plain = {root for root in roots if root.isidentifier() and len(root) >= 3}
    assert {"posts", "explore", "settings", "rewards", "admin", "notifications"} <= plain
    assert plain <= RESERVED


def _roots(pattern):
    route = str(pattern.pattern).lstrip("^")
    if route == "" and hasattr(pattern, "url_patterns"):
        return set().union(*(_roots(inner) for inner in pattern.url_patterns))
    return {route.split("/")[0].rstrip("$")}


def test_a_handle_is_chosen_once(newcomer):
    actions.choose_handle(actor=newcomer, handle="Ines")
    newcomer.refresh_from_db()
    assert newcomer.handle == "ines" and newcomer.onboarded_at is not None
    assert Profile.objects.filter(member=newcomer).exists()
    assert AuditEvent.objects.get().verb == "profiles.choose_handle"
    with pytest.raises(Conflict) as caught:
        actions.choose_handle(actor=newcomer, handle="other")
    assert caught.value.code == "chosen"
    newcomer.refresh_from_db()
    assert newcomer.handle == "ines"


def test_a_taken_handle_brings_free_ones(alice, newcomer):
    with pytest.raises(Conflict) as caught:
        actions.choose_handle(actor=newcomer, handle="alice")
    free = caught.value.data["suggestions"]
    assert caught.value.code == "taken" and len(free) == 3
    for handle in free:
        assert clean_handle(handle) == handle and not Member.objects.filter(handle=handle).exists()
    newcomer.refresh_from_db()
    assert newcomer.onboarded_at is None
    actions.choose_handle(actor=newcomer, handle=free[0])


@pytest.mark.parametrize("base", ["x" * 30, "a", "", "1", "ünïcode", "_", "alice"])
def test_suggestions_are_always_possible(alice, base):
    found = suggestions(base)
    assert len(found) == 3 == len(set(found)) and all(clean_handle(one) == one for one in found)


def test_suggestions_avoid_what_is_taken(alice):
    first = suggestions("alice")
    make.member(first[0])
    assert first[0] not in suggestions("alice")


@pytest.mark.parametrize("raw", ["m0na", "mo_na", "rnona", "adrnin", "adm1n", "supp0rt", "me7ya", "sta_ff"])
def test_nobody_passes_for_staff(mona, newcomer, raw):
    with pytest.raises(Invalid) as caught:
        actions.choose_handle(actor=newcomer, handle=raw)
    assert caught.value.code == "lookalike"


def test_looking_like_an_ordinary_member_is_no_harm(alice, newcomer):
    assert skeleton("a1ice") == skeleton("alice")
    actions.choose_handle(actor=newcomer, handle="a1ice")


# --- what one shows ------------------------------------------------------------------------------------------------


def test_name_description_and_picture(alice, bob):
    actions.edit(actor=alice, name=" Ines  Rocha ", bio="Maps. @bob\nhttps://example.com", picture=picture())
    profile = Profile.objects.get(member=alice)
    assert profile.name == "Ines Rocha" and 'href="/@bob/"' in profile.bio_html and "nofollow" in profile.bio_html
    assert profile.picture.name.startswith("faces/") and ".." not in profile.picture.name
    assert Image.open(default_storage.open(profile.picture.name)).size == (60, 60)


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\r\nSet-Cookie: x", "a\u202eb", "a\u2066b", "x" * 61, "x" * 300, "e" + "\u0301" * 20, "a\tb"]
)
def test_bad_names_are_refused_and_change_nothing(alice, name):
    with pytest.raises(Invalid) as caught:
        actions.edit(actor=alice, name=name, bio="changed")
    assert caught.value.data == {"field": "name"}
    profile = Profile.objects.get(member=alice)
    assert (profile.name, profile.bio) == ("Alice", "")


def test_names_of_all_the_world(alice):
    for name in ("../../etc", "<script>", "עברית", "نام", "👩‍🚀" * 60, ""):
        actions.edit(actor=alice, name=name)
        assert Profile.objects.get(member=alice).name == name


def test_a_description_left_out_stays(alice):
    actions.edit(actor=alice, name="A", bio="Maps")
    actions.edit(actor=alice, name="B")
    assert Profile.objects.get(member=alice).bio == "Maps"
    actions.edit(actor=alice, name="B", bio="")
    assert Profile.objects.get(member=alice).bio_html == ""
    with pytest.raises(ActionError):
        actions.edit(actor=alice, name="B", bio="x" * 501)


def test_the_file_of_an_old_picture_goes(alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit(actor=alice, name="A", picture=picture())
    old = Profile.objects.get(member=alice).picture.name
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit(actor=alice, name="A", picture=picture())
    new = Profile.objects.get(member=alice).picture.name
    assert old != new and not default_storage.exists(old) and default_storage.exists(new)
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit(actor=alice, name="A", remove_picture=True)
    assert not default_storage.exists(new) and not Profile.objects.get(member=alice).picture


def test_opting_out_and_in_is_noted_once(alice):
    for _again in range(2):
        actions.set_opted_out(actor=alice, opted_out=True)
    assert Member.objects.get(pk=alice.pk).opted_out
    for _again in range(2):
        actions.set_opted_out(actor=alice, opted_out=False)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "profiles.opt_out",
        "profiles.opt_in",
    ]
