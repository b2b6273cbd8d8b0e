"""Icons, people, times, amounts and addresses as templates write them."""

import datetime
import re

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from social.templatetags import metya as tags
from tests import make

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("grains", "text"),
    [
        (12_400_000_000, "12.40"),
        (0, "0.00"),
        (1_046_319_999_999, "1,046.31"),  # cut, never rounded up: nobody is shown more than there is
        (10**18, "1,000,000,000.00"),
        (-3_000_000_000, "−3.00"),
        (10_000_000, "0.01"),
    ],
)
def test_met_reads_with_two_decimals(grains: int, text: str):
    assert tags.met(grains) == f"{text}{NBSP}MET"


def test_met_does_not_show_dust_as_nothing():
    assert tags.met(1) == f"<{NBSP}0.01{NBSP}MET"
    assert tags.met(-1) == f">{NBSP}−0.01{NBSP}MET"


@pytest.mark.parametrize(("grains", "text"), [(1, "0.000000001"), (12_400_000_001, "12.400000001"), (0, "0.000000000")])
def test_met_exact_shows_every_grain(grains: int, text: str):
    assert tags.met_exact(grains) == f"{text}{NBSP}MET"


def test_amounts_of_nothing_are_empty():
    assert tags.met(12_400_000_000, "") == "12.40"
    assert tags.met(None) == tags.met_exact(None) == ""
    assert Template("{{ missing|met }}").render(Context()) == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, ""), (0, ""), (7, "7"), (999, "999"), (1000, "1K"), (1250, "1.2K"), (9999, "9.9K"), (34_567, "34K")]
    + [(999_999, "999K"), (5_600_000, "5.6M")],
)
def test_counters_fit_in_four_digits(count: int | None, text: str):
    assert tags.compact(count) == text


def test_ages():
    now = timezone.make_aware(datetime.datetime(2026, 3, 12, 12), datetime.UTC)

    def age(**back: int) -> str:
        return tags.short_age(now - datetime.timedelta(**back), now)

    assert age(seconds=20) == age(seconds=-30) == "now"
    assert age(minutes=4) == "4 min"
    assert age(minutes=59, seconds=59) == "59 min"
    assert age(hours=3) == "3 h"
    assert age(days=6) == "6 d"
    assert age(days=8) == "4 Mar"
    assert age(days=200) == "24 Aug 2025"


def test_ago_is_a_time_element_with_the_exact_moment():
    moment = timezone.now() - datetime.timedelta(hours=2)
    html = tags.ago(moment)
    found = re.search(r'datetime="([^"]+)"', html)
    assert found and datetime.datetime.fromisoformat(found[1]) == moment.replace(microsecond=0)
    assert "data-ago" in html and ">2 h<" in html and "title=" in html
    assert tags.ago(None) == ""


def test_ages_beside_a_state_are_sentences():
    def said(**back: int) -> list[str]:
        moment = timezone.now() - datetime.timedelta(**back)
        return [re.sub("<.*?>", "", tag(moment)) for tag in (tags.since, tags.past)]

    assert said(seconds=0) == ["for 1 min now", "1 min ago"]
    assert said(hours=22) == ["for 22 h now", "22 h ago"]
    assert said(days=3) == ["for 3 d now", "3 d ago"]
    assert re.fullmatch(r"since \d+ \w{3}( \d{4})?", said(days=9)[0])
    assert re.fullmatch(r"on \d+ \w{3}( \d{4})?", said(days=9)[1])
    with translation.override("de"):
        assert said(hours=22) == ["seit 22\u00a0Std.", "vor 22\u00a0Std."]
        assert said(days=9)[0].startswith("seit ")
    # What keeps them true in the page is the pattern; a date does not age.
    moment = timezone.now()
    assert 'data-ago="for {} now"' in tags.since(moment) and "data-ago" not in tags.past(
        moment - datetime.timedelta(days=9)
    )
    assert tags.since(None) == tags.past(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Rocha", "IR"),
        ("ines", "I"),
        ("a_b-c", "AC"),
        ("Ana Maria de Sousa", "AS"),
        ("", "?"),
        ("!!", "?"),
        ("李 小龙", "李小"),
    ],
)
def test_initials(name: str, letters: str):
    assert tags.initials(name) == letters


@pytest.mark.django_db
def test_a_face_is_initials_or_the_picture(alice):
    html = tags.face(alice, 36)
    assert 'class="face face-36 tint-' in html and ">A<" in html and 'aria-hidden="true"' in html
    alice.profile.picture = 'faces/a".png'
    html = tags.face(alice, 36)
    assert html.startswith("<img") and 'alt=""' in html and 'width="36"' in html and 'a".png' not in html


@pytest.mark.django_db
def test_a_name_cannot_break_out_of_a_face(alice):
    alice.profile.name = "<script> <b>"
    assert "<script" not in tags.face(alice)


def test_identicons_tell_addresses_apart_and_repeat():
    pictures = {tags.identicon(make.key(number).address) for number in range(1, 200)}
    assert len(pictures) == 199
    one = make.key(7).address
    assert tags.identicon(one) == tags.identicon(one.lower())
    assert "style" not in tags.identicon(one)
    assert tags.identicon("") and tags.identicon("0xzz")


def test_an_address_copies_whole_and_shows_short():
    one = make.key(7).address
    html = Template("{% address one %}").render(Context({"one": one}))
    assert f'data-copy="{one}"' in html and tags.short_address(one) in html
    assert re.search(rf'class="sr">[^<]*{one}', html)
    assert tags.short_address("0x12") == "0x12"


def test_bars_stay_within_their_box():
    assert 'width="22.00"' in tags.bar(0.22)
    assert 'width="100.00"' in tags.bar(7)
    assert 'width="0.00"' in tags.bar(-1)
    assert 'aria-label="22 &lt; 30"' in tags.bar(0.22, "22 < 30")


def test_states_are_words_with_a_mood():
    assert tags.state("in review") == '<span class="state wait">in review</span>'
    assert 'class="state good">final' in tags.state("final")
    assert 'class="state badc">on hold' in tags.state("held", "on hold")
    assert 'class="state idle">odd' in tags.state("odd")


def test_current_marks_the_page_and_those_below():
    context = {"request": RequestFactory().get("/rewards/epochs/3/")}
    assert tags.current(context, "/rewards/") == 'aria-current="page"'
    assert tags.current(context, "/rewards/", exact=True) == ""
    assert tags.current(context, "/") == ""
    assert tags.current({}, "/") == ""


@pytest.mark.django_db
def test_the_bell_is_asked_once_a_page(alice, as_member, django_assert_max_num_queries):
    request = RequestFactory().get("/")
    request.user = alice
    context = {"request": request}
    with django_assert_max_num_queries(2):
        assert tags.bell(context) == tags.bell(context) == {"label": "", "latest": 0}


@pytest.mark.django_db
def test_the_error_page_of_a_missing_address_names_no_detail(client: Client, alice, as_member):
    for each in (client, as_member(alice)):
        answer = each.get("/there-is-no-such-page/")
        assert answer.status_code == 404
        assert "Not here" in answer.content.decode()
