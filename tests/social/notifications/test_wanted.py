"""From whom each kind is wanted, and wanting less from a notification itself, with the way back."""

import re

import pytest
from django.urls import reverse

from metya.web.errors import Invalid
from social.follows.models import Mute
from social.leaving import telling
from social.mutes.models import MutedThread
from social.notifications import actions, policy, reads
from social.notifications.models import NotificationChoice, NotificationKind, Reach
from social.posts import actions as posts
from social.push.models import PushChoice
from tests import make

PAGE, SETTINGS = reverse("notifications:list"), reverse("notifications:settings")
HTMX = {"HX-Request": "true"}


def kinds(member):
    return sorted(one.row.kind for one in reads.notifications_page(member).items)


@pytest.fixture
def all_kinds(alice, bob):
    post = make.post(alice)
    for kind in NotificationKind:
        system = kind in ("payout", "notice")
        about = post if kind in ("like", "repost", "reply", "mention", "quote") else None
        who = None if system else bob
        actions.notify(member=alice, kind=kind, actor=who, post=about, text="x" * system, key=f"{kind}:1")


@pytest.mark.parametrize("kind", policy.CHOOSABLE)
def test_a_kind_that_is_off_is_silent_and_nothing_is_lost(alice, bob, all_kinds, kind):
    everything = kinds(alice)
    actions.choose(actor=alice, wanted={kind: "off"})
    assert kinds(alice) == [one for one in everything if one != kind]
    assert reads.bell_of(alice).unread == len(everything) - 1
    actions.choose(actor=alice, wanted={kind: "all"})
    assert kinds(alice) == everything and NotificationChoice.objects.count() == 1


@pytest.mark.parametrize("kind", [kind for kind in policy.CHOOSABLE if "followed" in policy.reaches_of(kind)])
def test_only_from_people_one_follows(alice, bob, all_kinds, kind):
    actions.choose(actor=alice, wanted={kind: "followed"})
    assert kind not in kinds(alice)
    make.follow(alice, bob)
    assert kind in kinds(alice)


def test_in_a_line_of_many_only_those_one_follows_are_left(alice, bob, carol):
    post = make.post(alice)
    for person in (bob, carol, make.member()):
        posts.like(actor=person, post=post)
    make.follow(alice, carol)
    actions.choose(actor=alice, wanted={"like": "followed"})
    told = reads.notifications_page(alice).items[0]
    assert (told.row.actor, told.count, reads.bell_of(alice).unread) == (carol, 1, 1)


def test_one_members_choice_is_not_anothers(alice, bob):
    actions.choose(actor=bob, wanted={"like": "off"})
    posts.like(actor=bob, post=make.post(alice))
    assert kinds(alice) == ["like"]


@pytest.mark.parametrize("wanted", [{"notice": "off"}, {"payout": "followed"}, {"like": "x"}, {"nonsense": "off"}])
def test_what_cannot_be_chosen(alice, wanted):
    with pytest.raises(Invalid):
        actions.choose(actor=alice, wanted={"reply": "off"} | wanted)
    assert not NotificationChoice.objects.exists()


# --- the settings -------------------------------------------------------------------------------------------------


def wanted(**changes):
    """What a browser sends of a page that has every field."""
    had = [*(kind.value for kind in NotificationKind), "message"]
    return {kind.value: "all" for kind in policy.CHOOSABLE} | changes | {"had": had}


def ticked(page: str) -> set[str]:
    return set(re.findall(r'<input type="checkbox" name="push-(\w+)"[^>]* checked>', page))


def test_what_is_pushed_is_chosen_beside_it(as_member, alice, carol):
    client = as_member(alice)
    usual = {"reply", "mention", "quote", "request", "payout", "notice", "message"}
    assert ticked(client.get(SETTINGS).content.decode()) == usual
    for _again in range(2):
        assert client.post(SETTINGS, wanted(like="off") | {"push-like": "on", "push-message": "on"}).status_code == 302
    # What is off keeps its tick for when it is wanted again.
    assert ticked(client.get(SETTINGS).content.decode()) == {"like", "message"}
    assert ticked(as_member(carol).get(SETTINGS).content.decode()) == usual


def test_a_mistake_keeps_the_ticks_and_changes_nothing(as_member, alice):
    answer = as_member(alice).post(SETTINGS, wanted(reply="x") | {"push-like": "on"})
    assert answer.status_code == 422 and ticked(answer.content.decode()) == {"like"}
    assert not PushChoice.objects.exists()


def test_the_settings_keep_what_is_chosen(as_member, alice):
    client = as_member(alice)
    assert 'name="notice"' not in client.get(SETTINGS).content.decode()
    for _again in range(2):
        assert client.post(SETTINGS, wanted(like="off", reply="followed")).status_code == 302
    chosen = {one.kind: one.bell for one in reads.kind_choices(alice, {}) if one.reaches}
    assert wanted(like="off", reply="followed") == chosen | {"had": wanted()["had"]}
    assert '<option value="off" selected>' in client.get(SETTINGS).content.decode()
    assert client.post(PAGE).status_code == 405


@pytest.mark.parametrize("bad", [{"like": "x"}, {"like": ""}, {"payout": "followed"}])
def test_a_choice_that_there_is_not_changes_nothing_and_keeps_the_rest(as_member, alice, bad):
    answer = as_member(alice).post(SETTINGS, wanted(reply="followed", **bad))
    assert answer.status_code == 422
    assert '<option value="followed" selected>' in answer.content.decode() and not NotificationChoice.objects.exists()


def test_a_page_older_than_a_field_says_nothing_about_it(as_member, alice):
    client = as_member(alice)
    page = client.get(SETTINGS).content.decode()
    assert set(re.findall(r'name="had" value="(\w+)"', page)) == set(wanted()["had"])
    client.post(SETTINGS, wanted(like="off") | {"push-like": "on", "push-reply": "on"})
    for old in ({"reply": "followed"}, {"reply": "followed", "had": ["like"], "push-like": "on"}):
        assert client.post(SETTINGS, old).status_code == 302
        assert ticked(client.get(SETTINGS).content.decode()) == {"like", "reply"}
        assert (reads.reach_of(alice, "reply"), reads.reach_of(alice, "like")) == ("followed", "off")
    client.post(SETTINGS, {"had": ["like"]})
    assert ticked(client.get(SETTINGS).content.decode()) == {"reply"}


def test_what_one_chose_is_in_the_download(as_member, alice, bob):
    as_member(alice).post(SETTINGS, wanted(like="off") | {"push-like": "on"})
    actions.choose(actor=bob, wanted={"quote": "off"})
    told = {one.name: list(one.rows()) for one in telling.sections(alice)}
    assert {"what": "like", "whom": "off"} in told["wanted"] and {"what": "quote", "whom": "off"} not in told["wanted"]
    assert {"what": "like", "pushed": True} in told["pushed"] and {"what": "reply", "pushed": False} in told["pushed"]


# --- from the line ------------------------------------------------------------------------------------------------


@pytest.fixture
def row(alice, bob):
    posts.publish(actor=bob, text="@alice hello")
    return alice.notifications.get()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("person", "You muted @bob."),
        ("thread", "You muted the conversation."),
        ("followed", "Mentions: only from people you follow."),
        ("off", "Mentions: none from now on."),
    ],
)
def test_less_and_back(as_member, alice, row, what, said):
    client = as_member(alice)
    do, back = f"/notifications/{row.pk}/quiet/{what}/", f"/notifications/{row.pk}/undo/{what}/"
    assert do in client.get(PAGE).content.decode()
    answer = client.post(f"{do}?line={row.pk}", headers=HTMX).content.decode()
    assert answer.strip().startswith(f'<li id="notification-{row.pk}"') and said in answer and back in answer
    assert kinds(alice) == [] and reads.bell_of(alice).unread == 0
    was = "?was=all" if what in ("followed", "off") else ""
    answer = client.post(back + was, headers=HTMX).content.decode()
    assert answer.strip().startswith(f'<li id="notification-{row.pk}"') and "mentioned you" in answer
    assert kinds(alice) == ["mention"] and reads.bell_of(alice).unread == 1


@pytest.mark.parametrize("what", ["person", "thread", "followed", "off"])
def test_without_javascript(as_member, alice, row, what):
    answer = as_member(alice).post(f"/notifications/{row.pk}/quiet/{what}/", {"next": "/notifications/?show=talk"})
    assert (answer.status_code, answer["Location"]) == (302, "/notifications/?show=talk")
    assert kinds(alice) == []


def test_undoing_gives_back_what_was_chosen_before(as_member, alice, bob, row):
    make.follow(alice, bob)
    actions.choose(actor=alice, wanted={"mention": "followed"})
    client = as_member(alice)
    answer = client.post(f"/notifications/{row.pk}/quiet/off/", headers=HTMX).content.decode()
    assert "?was=followed" in answer
    client.post(f"/notifications/{row.pk}/undo/off/?was=followed", headers=HTMX)
    assert NotificationChoice.objects.get().bell == Reach.FOLLOWED


@pytest.mark.parametrize("what", ["person", "thread", "followed", "off"])
def test_a_stranger_gets_nowhere_with_the_notification_of_another(as_member, carol, bob, row, what):
    for verb in ("quiet", "undo"):
        answer = as_member(carol).post(f"/notifications/{row.pk}/{verb}/{what}/?was=off", headers=HTMX)
        assert answer.status_code == 404
    assert as_member(carol).get(f"/notifications/{row.pk}/people/").status_code == 404
    assert not Mute.objects.exists() and not MutedThread.objects.exists() and not NotificationChoice.objects.exists()


def test_what_is_not_shown_cannot_be_asked_about(as_member, alice, bob, row):
    Mute.objects.create(source=alice, target=bob)
    client = as_member(alice)
    assert client.post(f"/notifications/{row.pk}/quiet/thread/").status_code == 404
    assert client.get(f"/notifications/{row.pk}/people/").status_code == 404


@pytest.mark.parametrize("path", ["quiet/nonsense", "undo/nonsense", "quiet/all", "undo/all"])
def test_there_is_no_such_thing(as_member, alice, row, path):
    assert as_member(alice).post(f"/notifications/{row.pk}/{path}/").status_code == 404


def test_bad_ways_back_and_the_wrong_verb(as_member, alice, row):
    client = as_member(alice)
    assert client.post(f"/notifications/{row.pk}/undo/off/?was=evil").status_code == 422
    for path in (f"/notifications/{row.pk}/quiet/off/", f"/notifications/{row.pk}/undo/off/"):
        assert client.get(path).status_code == 405
    assert client.post(f"/notifications/{row.pk}/people/").status_code == 405


def test_what_has_nobody_behind_it(as_member, alice):
    actions.notify(member=alice, kind="notice", text="The rules changed", key="notice:1")
    row, client = alice.notifications.get(), as_member(alice)
    for what in ("person", "thread", "off", "followed"):
        assert client.post(f"/notifications/{row.pk}/quiet/{what}/").status_code == 422
    assert "/quiet/" not in client.get(PAGE).content.decode()


# --- the tabs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("show", "number", "empty"),
    [
        ("", 10, "Nothing yet"),
        ("talk", 3, "Nobody has mentioned"),
        ("likes", 2, "No likes and reposts yet"),
        ("follows", 3, "No new followers yet"),
        ("house", 2, "No payouts and no notices"),
    ],
)
def test_each_tab_shows_its_kinds_and_has_words_for_nothing(as_member, alice, carol, all_kinds, show, number, empty):
    page = as_member(alice).get(PAGE, {"show": show}).content.decode()
    assert page.count('<li id="notification-') == number
    here = f"{PAGE}?show={show}" if show else PAGE
    assert f'href="{here}" aria-current="page"' in page
    assert empty in as_member(carol).get(PAGE, {"show": show}).content.decode()


def test_reading_a_tab_reads_its_kinds_only(as_member, alice, all_kinds):
    client = as_member(alice)
    newest = alice.notifications.latest("pk").pk
    assert 'name="show" value="talk"' in client.get(PAGE, {"show": "talk"}).content.decode()
    client.post(reverse("notifications:read"), {"up_to": newest, "show": "talk"})
    assert reads.bell_of(alice).unread == 7
    assert not reads.notifications_page(alice, show="talk").unread


def test_load_more_keeps_the_tab(as_member, alice, bob):
    for number in range(25):
        actions.notify(member=alice, kind="reply", actor=bob, post=make.post(bob), key=f"reply:{number}")
    page = as_member(alice).get(PAGE, {"show": "talk"}).content.decode()
    assert 'href="?show=talk&amp;before=' in page


def test_everyone_behind_a_line(as_member, alice, bob, carol):
    post = make.post(alice)
    for person in (bob, carol):
        posts.like(actor=person, post=post)
    client = as_member(alice)
    page = client.get(PAGE).content.decode()
    assert "<b>Carol</b> and 1 other liked your post" in page
    row = alice.notifications.latest("pk")
    assert f"/notifications/{row.pk}/people/" in page
    people = client.get(f"/notifications/{row.pk}/people/").content.decode()
    assert "@bob" in people and "@carol" in people
    part = client.get(f"/notifications/{row.pk}/people/?before={row.pk}", headers=HTMX).content.decode()
    assert "@bob" in part and "@carol" not in part and "<html" not in part


def test_what_nobody_stands_behind_comes_always_or_never(as_member, alice):
    page = as_member(alice).get(SETTINGS).content.decode()
    said = {
        kind: re.findall(r">([^<]+)</option>", part)
        for kind, part in re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.S)
    }
    assert said["payout"] == ["Always", "Never"] and said["like"] == ["Everyone", "People you follow", "Nobody"]
