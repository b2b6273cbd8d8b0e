"""Each detector by itself: what it finds, what it leaves, and every threshold from both sides."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageDraw

from metya.web.errors import Invalid
from social.detection import folding, imagery, kinds, params
from social.detection.kinds import Copy, Phrases, Prints
from social.detection.models import Kind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def said(text, *phrases):
    folded = folding.plain(text)
    found = kinds.words(folded, folding.phrases(folding.words(folded)), Phrases.of(phrases))
    return str(found.reason) if found else None


# --- links ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("see https://bad.example/x?y", True),
        ("see HTTPS://WWW.Bad.Example", True),
        ("a.b.bad.example is below it", True),
        ("bare bad.example/page", True),
        ("bad。example in wide dots", True),
        ("ｂａｄ.example in wide letters", True),
        ("b\u00adad.example with a hyphen that is not seen", True),
        ("mail me@bad.example", True),
        ("https://notbad.example/", False),
        ("https://bad.example.org/", False),
        ("https://good.example/bad.example", True),
        ("bad example", False),
        ("https://bad.examples", False),
    ],
)
def test_a_domain_and_what_lies_below_it(text, there):
    assert (kinds.link(folding.hosts(text), frozenset({"bad.example"})) is not None) is there


def test_a_domain_in_other_letters_is_compared_as_browsers_do():
    (domain,) = params.clean(Kind.LINK, {"domains": "bücher.example"})["domains"]
    assert domain == "xn--bcher-kva.example"
    for text in ("https://bücher.example/", "https://xn--bcher-kva.example", "https://BÜCHER.example"):
        assert kinds.link(folding.hosts(text), frozenset({domain}))
    found = kinds.link({"shop.bad.example"}, frozenset({"bad.example"}))
    assert str(found.reason) == "It names shop.bad.example; bad.example is on the list."


# --- words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "phrase", "there"),
    [
        ("Free Crypto for all", "free crypto", True),
        ("free,\ncrypto!", "free crypto", True),
        ("ＦＲＥＥ crypto", "free crypto", True),
        ("Frée Crÿpto", "free crypto", True),
        ("free crypto", "Frée  Crypto!", True),
        ("fr\u200bee crypto", "free crypto", True),
        ("free_crypto", "free crypto", True),
        ("STRASSE", "straße", True),
        ("Łódź", "lodz", True),
        ("ЁЖ", "еж", True),
        ("freedom crypto", "free crypto", False),
        ("crypto free", "free crypto", False),
        ("start", "art", False),
        ("art", "start", False),
        ("これは詐欺です", "詐欺", True),
        ("कि", "का", False),
        ("", "free", False),
    ],
)
def test_whole_words_however_they_are_written(text, phrase, there):
    assert (said(text, phrase) is not None) is there


def test_the_words_found_are_named():
    assert said("win money now", "money", "win", "lose") == "It says “money”, “win”."


def test_a_hard_text_is_folded_in_time():
    """The longest text with the most phrases: no pattern of a member can make it slow."""
    wanted = [f"word{n} second third fourth fifth sixth" for n in range(params.MOST_LINES)]
    assert said("a" * 8_000, *wanted) is None and said("a " * 4_000, *wanted) is None


# --- the same text -------------------------------------------------------------------------------------------------------


def copies(*authors, ago=1):
    return [Copy(number, author, NOW - ago * MINUTE) for number, author in enumerate(authors, 1)]


def twice(others, *, length=40, **fields):
    wanted = {"members": 3, "times": 3, "minutes": 60, "least": 30} | fields
    return kinds.duplicate(length, 9, NOW, others, **wanted)


def test_the_same_text_by_so_many_members():
    assert twice(copies(1)) is None
    found = twice(copies(1, 2))
    assert str(found.reason) == "3 members posted the same text within 60 minutes."
    assert found.evidence == "/posts/1/\n/posts/2/"
    assert twice(copies(1, 1, 1)) is None, "one other member, however often"


def test_the_same_text_so_often_by_one():
    assert twice(copies(9)) is None
    assert "3 times by one member" in str(twice(copies(9, 9)).reason)


def test_short_texts_are_exempt():
    assert twice(copies(1, 2), length=29) is None and twice(copies(1, 2), length=30)


def test_the_window_ends_where_it_ends():
    assert twice(copies(1, 2, ago=59)) and twice(copies(1, 2, ago=60)) is None
    assert twice([*copies(1), Copy(2, 2, NOW + MINUTE)]) is None, "what came later does not count"


def test_copies_differ_in_what_does_not_matter():
    def essence(text):
        return folding.essence(folding.plain(text))

    assert essence("@bob Buy NOW, it is good!") == essence("@carol  buy now - it is göod")
    assert essence("Buy now") != essence("Buy now now") and essence("🎉 🎉") == ""


# --- many posts ----------------------------------------------------------------------------------------------------------


def test_more_posts_than_so_many():
    def posted(many, ago=1):
        return [NOW - ago * MINUTE] * (many - 1) + [NOW]

    assert kinds.burst(NOW, posted(5), posts=5, minutes=10) is None
    assert str(kinds.burst(NOW, posted(6), posts=5, minutes=10).reason) == "6 posts within 10 minutes."
    assert kinds.burst(NOW, posted(6, ago=9), posts=5, minutes=10)
    assert kinds.burst(NOW, posted(6, ago=10), posts=5, minutes=10) is None


# --- mentions ------------------------------------------------------------------------------------------------------------


def test_a_new_member_who_mentions_more_than_so_many():
    def found(many, age):
        return kinds.mentions(NOW, NOW - age, [f"m{n}" for n in range(many)], days=7, members=3)

    assert found(3, timedelta(days=1)) is None
    assert found(4, timedelta(days=1)).evidence == "@m0 @m1 @m2 @m3"
    assert found(4, timedelta(days=7) - MINUTE) and found(4, timedelta(days=7)) is None
    assert kinds.mentions(NOW, NOW, ["a"] * 9, days=7, members=3) is None, "the same person again"


# --- pictures ------------------------------------------------------------------------------------------------------------


def drawn(size=(600, 400), quality_noise=0):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for n in range(12):
        x, y = size[0] * (n * 37 % 100) // 100, size[1] * (n * 61 % 100) // 100
        draw.ellipse((x, y, x + size[0] // 4, y + size[1] // 3), fill=(n * 20, 255 - n * 20, n * 50 % 255))
    return image


def test_a_picture_is_known_in_another_size_and_not_when_it_is_another():
    one = imagery.look_hash(drawn())
    assert imagery.telling(one) and -(1 << 63) <= one < 1 << 63
    assert imagery.distance(one, imagery.look_hash(drawn((300, 200)))) <= 4
    assert imagery.distance(one, imagery.look_hash(drawn().transpose(Image.Transpose.FLIP_LEFT_RIGHT))) > 12


def test_pictures_of_one_colour_are_compared_by_their_bytes_alone():
    black, white = (imagery.look_hash(Image.new("RGB", (50, 50), colour)) for colour in ("black", "white"))
    assert black == white == 0 and not imagery.telling(black)
    assert kinds.image([Prints(1, 0)], [Prints(2, 0)], distance=12) is None
    assert "very picture" in str(kinds.image([Prints(1, 0)], [Prints(1, 0)], distance=0).reason)


def test_the_distance_is_a_bound():
    base = 0x0F0F0F0F0F0F0F0F
    for differing, there in ((3, True), (4, True), (5, False)):
        other = base ^ ((1 << differing) - 1)
        assert (kinds.image([Prints(1, other)], [Prints(2, base)], distance=4) is not None) is there
    assert imagery.distance(-1, 0) == 64


# --- rings, and what is set ----------------------------------------------------------------------------------------------


def test_a_ring_is_told_with_its_epoch():
    assert str(kinds.ring(12, 5, 96).reason) == (
        "In epoch 12 the rewards flagged a ring: 5 members give each other 96 % of their support."
    )


@pytest.mark.parametrize(
    ("kind", "raw", "field"),
    [
        (Kind.LINK, {"domains": "  \n"}, "domains"),
        (Kind.LINK, {"domains": "https://bad.example"}, "domains"),
        (Kind.LINK, {"domains": "bad.example/path"}, "domains"),
        (Kind.LINK, {"domains": "com"}, "domains"),
        (Kind.LINK, {"domains": "10.0.0.1"}, "domains"),
        (Kind.LINK, {"domains": "a b.example"}, "domains"),
        (Kind.LINK, {"domains": "bad..example"}, "domains"),
        (Kind.LINK, {"domains": ".bad.example"}, "domains"),
        (Kind.LINK, {"domains": "x" * 64 + ".example"}, "domains"),
        (Kind.LINK, {"domains": "\n".join(f"d{n}.example" for n in range(201))}, "domains"),
        (Kind.WORDS, {"phrases": "!!!"}, "phrases"),
        (Kind.WORDS, {"phrases": "x" * 101}, "phrases"),
        (Kind.WORDS, {"phrases": "one two three four five six seven"}, "phrases"),
        (Kind.WORDS, {}, "phrases"),
        (Kind.BURST, {"posts": 0, "minutes": 5}, "posts"),
        (Kind.BURST, {"posts": 5, "minutes": 1441}, "minutes"),
        (Kind.BURST, {"posts": "²", "minutes": 5}, "posts"),
        (Kind.BURST, {"posts": True, "minutes": 5}, "posts"),
        (Kind.BURST, {"posts": None, "minutes": 5}, "posts"),
        (Kind.IMAGE, {"distance": -1}, "distance"),
        (Kind.IMAGE, {"distance": 13}, "distance"),
    ],
)
def test_what_cannot_be_set_is_refused_beside_its_field(kind, raw, field):
    with pytest.raises(Invalid) as caught:
        params.clean(kind, raw)
    assert caught.value.data == {"field": field}


def test_what_is_set_is_tidied():
    assert params.clean(Kind.LINK, {"domains": "*.Bad.Example\n\nwww.bad.example\nother.example"}) == {
        "domains": ["bad.example", "other.example"]
    }
    assert params.clean(Kind.BURST, {"posts": " 5 ", "minutes": 10}) == {"posts": 5, "minutes": 10}


@pytest.mark.parametrize("kind", Kind.values)
def test_every_kind_begins_with_something_that_can_be_set(kind):
    begun = params.defaults(kind)
    if params.complete(kind, begun):
        assert params.clean(kind, begun) == begun
    else:
        assert kind in (Kind.LINK, Kind.WORDS)
