"""What is typed into the search field, understood."""

from datetime import date

import pytest

from social.search.query import MAX_LENGTH, MAX_TERMS, parse


def test_every_operator():
    query = parse('bees "wax moth" -wasps #Garden -#Work from:@Ines has:image since:2026-03-01 until:2026-03-31')
    assert query.words == ["bees"] and query.phrases == ["wax moth"] and query.without == ["wasps"]
    assert query.tags == ["garden"] and query.without_tags == ["work"] and query.authors == ["ines"]
    assert query.has == ["image"] and (query.since, query.until) == (date(2026, 3, 1), date(2026, 3, 31))
    assert query.asks and not query.hints


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("lang:en bees", "no operator lang:"),
        ("has:wings bees", "“wings” was left out"),
        ("since:yesterday bees", "“yesterday” was left out"),
        ("until:2026-02-30 bees", "“2026-02-30” was left out"),
        ("since:0001-01-01 bees", "“0001-01-01” was left out"),
        ("until:9999-12-31 bees", "“9999-12-31” was left out"),
        ("-from:ines bees", "cannot be excluded"),
        ("bees " * (MAX_TERMS + 1), "words were searched"),
        ("bees " + "x" * MAX_LENGTH, "characters were searched"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_is_searched(typed, said):
    query = parse(typed)
    assert len(query.hints) == 1 and said in query.hints[0] and "bees" in query.words


def test_an_unknown_operator_is_searched_as_words():
    """Where nothing else is asked for; else the rest is what is searched."""
    alone = parse("lang:en")
    assert alone.phrases == ["lang en"] and "searched as words" in alone.hints[0]
    beside = parse("lang:en bees")
    assert not beside.phrases and "left out" in beside.hints[0]


def test_an_address_is_no_operator():
    query = parse("https://metya.example/x")
    assert not query.hints and query.phrases == ["https //metya.example/x"]


def test_curly_quotes_and_open_quotes_are_quotes():
    assert parse("„wax moth“").phrases == ["wax moth"] == parse("«wax moth»").phrases == parse('"wax moth').phrases


@pytest.mark.parametrize(
    "typed", ["", "  ", "-", '"', '""', "#", "🐝", "from:", "\x00", "-🐝", "*", "'", "NOT", "&|!()"]
)
def test_nothing_to_search(typed):
    query = parse(typed)
    assert not query.words or query.words == ["NOT"] or query.words == ["from:"]


def test_only_leaving_out_asks_for_nothing():
    assert not parse("-wasps -#work").asks
