"""Importing lists of people: reading the file, and every row."""

import pytest
from django.conf import settings

from metya.web.errors import Conflict, Invalid, NotAllowed
from social.follows import actions as follows
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.imports import actions, jobs
from social.imports.models import Import
from social.imports.reading import read_rows
from social.lists.models import ListMember, MemberList
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "Account address,Show boosts,Notify on new posts,Languages\n"


def run(actor, kind, text):
    one = actions.begin(actor=actor, kind=kind, name="people.csv", data=text.encode())
    jobs.run.call(one.pk)
    one.refresh_from_db()
    return one


@pytest.mark.parametrize(
    ("kind", "text", "rows"),
    [
        ("following", HEAD + "Ines@a.example,true,false,\n@leo,true,false,en\n\nines@a.example,,,",
         [("ines@a.example", ""), ("leo", "")]),
        ("mutes", "Account address,Hide notifications\nines@a.example:8000,true\n", [("ines@a.example:8000", "")]),
        ("blocks", "ines@a.example\r\nleo@b.example\r\n", [("ines@a.example", ""), ("leo@b.example", "")]),
        ("lists", 'Friends,ines@a.example\n"Old, wise",leo\n', [("ines@a.example", "Friends"), ("leo", "Old, wise")]),
        ("blocks", "\ufeffines", [("ines", "")]),
    ],
)  # fmt: skip
def test_files_of_mastodon_are_read(kind, text, rows):
    assert read_rows(kind, "x.csv", text.encode()) == rows


@pytest.mark.parametrize(
    ("kind", "data", "line", "said"),
    [
        ("following", HEAD.encode() + b"ines@a.example,true\nnot an account,true\n", 3, "not an account"),
        ("following", b"<html>\n", 1, "is not an account"),
        ("blocks", b"ines\n\xff\xfe\n", 2, "not UTF-8"),
        ("blocks", b'"ines\n', 1, "out of place"),
        ("lists", b"Friends,ines\nFriends\n", 2, "are expected"),
        ("lists", b",ines\n", 1, "has a name"),
        ("blocks", b"", 0, "no accounts"),
        ("following", HEAD.encode(), 0, "no accounts"),
        ("blocks", b"\n".join(b"member%d" % n for n in range(5001)), 5001, "more than 5,000 rows"),
        ("blocks", b"x" * 1_100_000, 0, "larger than 1 MB"),
        ("blocks", b"in\x00es\n", 1, ""),
    ],
)
def test_a_broken_file_is_named_with_its_line(kind, data, line, said):
    with pytest.raises(Invalid) as caught:
        read_rows(kind, "people.csv", data)
    assert caught.value.data["line"] == line and said in caught.value.message
    assert caught.value.message.startswith(f"people.csv, line {line}" if line else "people.csv: ")


def test_following(alice, bob, carol):
    follows.set_locked(actor=carol, locked=True)
    host = settings.SITE_URL.split("//")[1]
    one = run(bob, "following", f"{HEAD}alice\ncarol@{host}\ncarol@elsewhere.example\nghost\nbob\n")
    assert Follow.objects.filter(source=bob).count() == 1 and FollowRequest.objects.get().target == carol
    assert (one.unknown, [account for account, _why in one.refused]) == (["carol@elsewhere.example", "ghost"], ["bob"])
    assert (one.done, one.total, one.taken, one.rows) == (5, 5, 2, []) and one.finished_at


def test_mutes_blocks_and_lists(alice, bob, carol):
    run(bob, "mutes", "Account address,Hide notifications\nalice,true\n")
    run(bob, "lists", "Friends,alice\nFriends,carol\nOthers,carol\n")
    assert Mute.objects.get().until is None
    assert sorted(MemberList.objects.values_list("name", "size", "public")) == [
        ("Friends", 2, False),
        ("Others", 1, False),
    ]
    run(bob, "blocks", "carol\n")
    assert Block.objects.get().target == carol and ListMember.objects.count() == 1


def test_nobody_learns_by_it_who_blocked_them(alice, bob):
    follows.block(actor=alice, target=bob)
    assert run(bob, "following", "alice\nghost\n").unknown == ["alice", "ghost"]


def test_a_killed_job_goes_on_where_it_stopped_and_two_do_not_count_twice(alice, bob, carol):
    one = actions.begin(actor=bob, kind="blocks", name="x.csv", data=b"ghost\nalice\ncarol\n")
    assert actions.step(one)
    stale = Import.objects.get(pk=one.pk)
    assert actions.step(one) and not actions.step(stale)
    one.refresh_from_db()
    assert one.done == 2 and one.unknown == ["ghost"] and Block.objects.count() == 1
    jobs.go_on.call()
    jobs.run.call(one.pk)
    jobs.run.call(one.pk)
    one.refresh_from_db()
    assert one.done == 3 and Block.objects.count() == 2


def test_one_at_a_time_and_only_in_good_standing(bob):
    actions.begin(actor=bob, kind="blocks", name="x.csv", data=b"alice")
    with pytest.raises(Conflict):
        actions.begin(actor=bob, kind="blocks", name="x.csv", data=b"alice")
    with pytest.raises(Invalid):
        actions.begin(actor=make.member(), kind="friends", name="x.csv", data=b"alice")
    bob.is_active = False
    with pytest.raises(NotAllowed):
        actions.begin(actor=bob, kind="blocks", name="x.csv", data=b"alice")
