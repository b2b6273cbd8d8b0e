"""Muted words, hashtags and conversations: every rule."""

import pytest
from django.utils import timezone

from metya.web.errors import Invalid, NotAllowed
from social.feeds import reads as feeds
from social.mutes import actions
from social.mutes.judging import Muted, MutedWords, fold
from social.mutes.models import MutedThread, MutedWord
from social.mutes.spans import until_of
from social.notifications import reads as bells
from social.posts import actions as posts
from social.posts.models import Tag
from social.trends.models import Trend
from social.trends.reads import trends
from tests import make

pytestmark = pytest.mark.django_db


def fresh(member):
    """The member as another request meets them."""
    return type(member).objects.get(pk=member.pk)


def home(member):
    return [card.post.text for card in feeds.home_page(fresh(member)).items]


def hides(phrase, text, *, tag=False):
    return MutedWords([Muted(fold(phrase), tag, False)]).hide(text, followed=False)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [("art", "Modern ART, again"), ("art", "(art)"), ("art", "art"), ("art", "#art"), ("tram 12", "the tram\n12 late"),
     ("straße", "STRASSE zu"), ("cafe\u0301", "the Café"), ("c++", "I like C++!"), ("地図", "新しい地図です"),
     ("ｆｕｌｌ", "full"),
     ("soft", "so\u00adft"), ("a.b", "see a.b")],
)  # fmt: skip
def test_whole_words_are_found(phrase, text):
    assert hides(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [("art", "start"), ("art", "artful"), ("art", "art_2"), ("tram 12", "tram 123"), ("a.b", "axb"), ("in", "इन्in्")],
)
def test_parts_of_words_are_not(phrase, text):
    assert not hides(phrase, text)


def test_hashtags():
    assert hides("maps", "#Maps!", tag=True)
    for text in ("maps", "#mapsandmore", "a#maps", "https://x.org/#maps"):
        assert not hides("maps", text, tag=True), text


def test_home_explore_tag_and_lists_leave_out(alice, bob, carol):
    plain = posts.publish(actor=alice, text="A quiet morning")
    posts.publish(actor=alice, text="The Marathon is on")
    posts.publish(actor=alice, text="hidden", warning="marathon")
    quoted = posts.publish(actor=carol, text="marathon results")
    posts.publish(actor=alice, text="look", quote_of=quoted)
    posts.repost(actor=alice, post=quoted)
    assert len(home(bob)) == 5
    actions.mute_word(actor=bob, text="marathon")
    assert home(bob) == ["A quiet morning"]
    assert [card.pk for card in feeds.explore_page(fresh(bob)).items] == [plain.pk]
    assert feeds.newer_count(fresh(bob), 0) == 1
    assert len(home(alice)) == 5 and len(feeds.explore_page(None).items) == 5


def test_ones_own_words_are_shown(bob):
    posts.publish(actor=bob, text="my marathon")
    actions.mute_word(actor=bob, text="marathon")
    assert home(bob) == ["my marathon"]


def test_people_one_follows_are_spared_by_choice(alice, bob, carol):
    posts.publish(actor=alice, text="marathon by alice")
    posts.publish(actor=carol, text="marathon by carol")
    actions.mute_word(actor=bob, text="marathon", spares_followed=True)
    assert [card.post.text for card in feeds.explore_page(fresh(bob)).items] == ["marathon by alice"]
    actions.mute_word(actor=bob, text="Marathon")
    assert feeds.explore_page(fresh(bob)).items == [] and MutedWord.objects.count() == 1


def test_a_muted_tag_is_shown_where_it_is_asked_for(alice, bob):
    posts.publish(actor=alice, text="first #maps")
    posts.publish(actor=alice, text="second #maps and marathon")
    actions.mute_word(actor=bob, text="#Maps")
    actions.mute_word(actor=bob, text="marathon")
    Trend.objects.create(tag=Tag.objects.get(name="maps"), score=2, people=2)
    assert home(bob) == [] and trends(bob) == [] and trends(alice) == trends() == [("maps", 2)]
    shown = feeds.tag_page(fresh(bob), "maps")
    assert [card.post.text for card in shown.page.items] == ["first #maps"]


def test_words_end(alice, bob, monkeypatch):
    posts.publish(actor=alice, text="marathon")
    actions.mute_word(actor=bob, text="marathon", until=until_of("day"))
    assert home(bob) == []
    later = timezone.now() + timezone.timedelta(days=1, seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert home(bob) == ["marathon"]
    actions.mute_word(actor=bob, text="other")
    assert list(MutedWord.objects.values_list("text", flat=True)) == ["other"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "a\nb", "a\u202eb", "\u200b", "a\x00b"])
def test_bad_words(bob, text):
    with pytest.raises(Invalid) as caught:
        actions.mute_word(actor=bob, text=text)
    assert caught.value.data["field"] == "text" and not MutedWord.objects.exists()


def test_there_is_a_most(bob, monkeypatch):
    monkeypatch.setattr(actions, "MAX_WORDS", 2)
    for text in ("one", "two", "two"):
        actions.mute_word(actor=bob, text=text)
    with pytest.raises(Invalid):
        actions.mute_word(actor=bob, text="three")
    actions.mute_word(actor=bob, text="one", spares_followed=True)
    bob.is_active = False
    with pytest.raises(NotAllowed):
        actions.mute_word(actor=bob, text="one")


def test_nobody_unmutes_for_another(alice, bob):
    word = actions.mute_word(actor=bob, text="marathon")
    actions.unmute_word(actor=alice, pk=word.pk)
    assert MutedWord.objects.exists()
    for _again in range(2):
        actions.unmute_word(actor=bob, pk=word.pk)
    assert not MutedWord.objects.exists()


# --- notifications ------------------------------------------------------------------------------------------------


def notes(member):
    page = bells.notifications_page(fresh(member))
    return len(page.items), bells.bell_of(fresh(member)).unread


def test_words_in_notifications(alice, bob, carol):
    root = posts.publish(actor=alice, text="my marathon")
    posts.like(actor=carol, post=root)
    posts.publish(actor=carol, text="marathon!", in_reply_to=root)
    posts.publish(actor=bob, text="@alice hello")
    assert notes(alice) == (3, 3)
    actions.mute_word(actor=alice, text="marathon", spares_followed=True)
    assert notes(alice) == (2, 2)  # that one's own post is liked is told
    make.follow(alice, carol)
    assert notes(alice) == (3, 3)


def test_the_bell_of_who_mutes_words_knows_the_newest(alice, carol):
    posts.publish(actor=carol, text="@alice marathon")
    newest = alice.notifications.get().pk
    actions.mute_word(actor=alice, text="marathon")
    reader = fresh(alice)
    assert bells.bell_of(reader) == bells.Bell(0, newest)
    assert bells.bell_of(reader) == bells.Bell(0, newest)  # with the words known


def test_a_muted_conversation_is_silent_and_nothing_is_lost(alice, bob, carol):
    root = posts.publish(actor=alice, text="opening")
    reply = posts.publish(actor=bob, text="answer", in_reply_to=root)
    assert notes(alice) == (1, 1)
    for _again in range(2):
        actions.mute_thread(actor=alice, post=reply)
    posts.publish(actor=carol, text="deeper", in_reply_to=reply)
    posts.like(actor=carol, post=root)
    assert notes(alice) == (0, 0) and MutedThread.objects.get().root_id == root.pk
    posts.publish(actor=carol, text="@alice elsewhere")
    assert notes(alice) == (1, 1) and notes(bob) == (1, 1)
    actions.unmute_thread(actor=alice, post=root)
    assert notes(alice) == (3, 3)
