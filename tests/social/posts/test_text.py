"""What may be typed: the stated rule, character by character."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metya.web.errors import Invalid
from social.posts.text import clean_line, clean_text, count_characters

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def refused(raw: str, most: int = 1000) -> str:
    with pytest.raises(Invalid) as caught:
        clean_text(raw, most=most)
    assert caught.value.status == 422
    assert caught.value.data == {"field": "text"}
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("e\u0301", 1),
        (FAMILY, 1),
        ("\U0001f1e9\U0001f1ea", 1),
        ("क्षि", 1),
        ("한국", 2),
        ("a\nb", 3),
        ("", 0),
    ],
)
def test_characters_are_counted_as_people_count(text, count):
    assert count_characters(text) == count


def test_the_longest_text_is_a_thousand_characters_however_they_are_made():
    assert count_characters(clean_text(FAMILY * 1000, most=1000)) == 1000
    assert "1 characters too long" in refused("x" * 1001)
    assert refused(FAMILY * 1001)


@pytest.mark.parametrize("raw", ["", "   ", "\n\n", "\u200b", "\u2060 \ufeff", "\u3164", "\u2800", "\ufe0f"])
def test_nothing_to_see_is_nothing(raw):
    assert "Write something" in refused(raw)
    assert clean_text(raw, most=10, required=False) == ""


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\ud800", "\ufdd0", "\U0001fffe"])
def test_control_characters_are_refused(bad):
    assert "U+" in refused(f"a{bad}b")


@pytest.mark.parametrize("bad", list("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
def test_reordering_characters_are_refused(bad):
    assert f"U+{ord(bad):04X}" in refused(f"evil{bad}gpj.exe")


@pytest.mark.parametrize(
    "good", [FAMILY, "می\u200cخواهم", "שלום\u200f!", "a\tb", "\U0001f3f4\U000e0067\U000e0062\U000e007f"]
)
def test_joiners_marks_of_direction_and_tabs_stay(good):
    assert clean_text(good, most=1000) == unicodedata.normalize("NFC", good)


def test_piles_of_marks_are_refused():
    assert clean_text("e" + "\u0323\u0302\u0301", most=10)
    assert "piled" in refused("Z" + "\u0340\u0350" * 6)


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\u2060", "\u3164", "\ufe0f", "\U000e0041", "\u200b\u200d\u00ad"]
)
def test_floods_of_what_shows_nothing_are_refused(hidden):
    assert "invisible characters in a row" in refused("a" + hidden * 9 + "b")
    assert clean_text("a" + (hidden * 8)[:8] + "b", most=1000)


def test_a_bomb_of_one_character_is_refused_before_it_is_looked_at():
    assert refused("a" + "\u0301" * 1_000_000)


def test_lines_are_tidied():
    assert clean_text("\r\n a  \r b\u2028c\n\n\n\n\nd  \n", most=100) == "a\n b\nc\n\nd"


def test_composed_form():
    assert clean_text("e\u0301", most=10) == "é"


@pytest.mark.parametrize("bad", ["a\nb", "a\tb", "a\r\nb", "a\u2028b", "a\x00b", "a\u202eb", "x" * 61])
def test_a_line_is_one_line(bad):
    with pytest.raises(Invalid) as caught:
        clean_line(bad, most=60, field="name")
    assert caught.value.data == {"field": "name"}


def test_a_line_is_trimmed():
    assert clean_line("  Ines   Rocha \n", most=60, field="name") == "Ines Rocha"
    assert clean_line(" \u200b ", most=60, field="name") == ""


@given(st.text())
def test_whatever_is_sent_is_clean_or_refused(raw):
    try:
        text = clean_text(raw, most=50)
    except Invalid:
        return
    assert 1 <= count_characters(text) <= 50
    assert text == clean_text(text, most=50)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in text)
