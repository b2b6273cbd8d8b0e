"""What a word that is being typed may become."""

from django.test import Client

from social.feeds.completion import completions
from social.follows import actions as follows
from social.posts import actions
from tests import make


def values(viewer, word):
    return [one.value for one in completions(viewer, word)]


def test_people_by_handle_and_name_those_one_follows_first(alice, bob):
    ines, inga = make.member("ines"), make.member("inga")
    type(ines.profile).objects.filter(member=inga).update(name="Inga Sol", follower_count=9)
    fresh = make.member("innes")
    type(fresh).objects.filter(pk=fresh.pk).update(onboarded_at=None)
    make.follow(bob, ines)
    assert values(bob, "@in") == ["@ines", "@inga"]
    assert values(alice, "@IN") == ["@inga", "@ines"]
    assert values(bob, "@inga s") == ["@inga"] and values(bob, "@zz") == []
    follows.block(actor=inga, target=bob)
    assert values(bob, "@in") == ["@ines"]
    assert "@bob" not in values(bob, "@bo"), "not oneself"


def test_tags_of_public_posts_only(alice, bob, carol):
    for _ in range(2):
        actions.publish(actor=alice, text="#ridge walk")
    actions.publish(actor=alice, text="#ridgeline #river")
    actions.publish(actor=alice, text="#ridgesecret", visibility="followers")
    assert values(bob, "#ri") == ["#ridge", "#ridgeline", "#river"]
    assert values(carol, "#RIDGES") == []


def test_by_address(alice, as_member):
    make.member("ines")
    client = as_member(alice)
    assert client.get("/complete/?q=@in").json() == {"found": [{"value": "@ines", "label": "Ines"}]}
    for word in ("", "@", "x", "#%00", "@" + "x" * 500, "@\x00"):
        assert client.get("/complete/", {"q": word}).json() == {"found": []}, word
    assert Client().get("/complete/?q=@in").status_code == 302
