"""What feedback does to real pages of "For you": the next page of the sitting and the next visit follow, undo puts it back."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.comparisons import actions
from social.comparisons.models import Question
from social.posts.models import Post
from social.ranking.models import Slate
from social.ranking.readers import reader_of
from social.ranking.serving import for_you, ranking_of
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(bob):
    """Twenty people whom bob follows; half of what they write are links, which count nothing at first."""
    for number in range(20):
        one = make.member()
        make.follow(bob, one)
        for place in range(2):
            text = "See https://example.org/" if (number + place) % 2 else "It is as long as a link "
            make.post(one, f"{text}{number:02}", language="en")
    return bob


def order(member, chain=None):
    return [row.pk for row in ranking_of(reader_of(member, chain), top=100, writing=False).rows()]


def place_of_links(ids):
    asked = set(Post.objects.filter(text__contains="://").values_list("pk", flat=True))
    places = [place for place, pk in enumerate(ids) if pk in asked]
    return sum(places) / len(places)


def say_less_of_links(member, found, most=3):
    said = [card.post for card in found.page.items if "://" in card.post.text][:most]
    assert len(said) == most
    for post in said:
        actions.say(actor=member, slate=found.slate, post=post, said="less")
    return said


def test_the_next_page_and_the_next_visit_follow_and_undo_puts_them_back(village):
    chain = uuid4()
    found = for_you(village, chain, size=8)
    page, visit = order(village, chain), order(village)
    said = say_less_of_links(village, found)
    assert place_of_links(order(village, chain)) > place_of_links(page) + 1
    assert place_of_links(order(village)) > place_of_links(visit) + 1
    for post in said:
        actions.unsay(actor=village, post=post)
    assert order(village, chain) == page and order(village) == visit


def test_what_is_unwanted_is_not_shown_again_until_it_is_taken_back(village, as_member):
    found = for_you(village)
    (post,) = say_less_of_links(village, found, most=1)
    assert post.pk not in order(village)
    shown = as_member(village).get("/?feed=for-you").content.decode()
    assert f'id="post-{post.pk}"' not in shown
    actions.unsay(actor=village, post=post)
    assert post.pk in order(village)


def test_nobody_elses_order_moves(village, carol):
    make.follow(carol, Post.objects.first().author)
    before = order(carol)
    say_less_of_links(village, for_you(village))
    assert order(carol) == before


def test_the_taps_stand_under_ranked_posts_alone(village, as_member):
    client = as_member(village)
    ranked = client.get("/?feed=for-you").content.decode()
    slate = Slate.objects.get()
    assert ranked.count("Less like this") == ranked.count("More like this") == 20
    assert f'value="{slate.pk},{slate.entries[0]["post"]}"' in ranked
    for path in ("/?feed=following", "/explore/", f"/posts/{slate.entries[0]['post']}/"):
        assert "Less like this" not in client.get(path).content.decode(), path


def test_the_question_stands_on_top_of_the_page_that_goes_on(village, as_member):
    client = as_member(village)
    for _visit in range(3):
        assert "Which of these two" not in client.get("/?feed=for-you").content.decode()
    chain = Slate.objects.order_by("-pk").first().chain
    path = f"/?feed=for-you&chain={chain}"
    with CaptureQueriesContext(connection) as seen:
        page = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Which of these two do you prefer?" in page and page.index("question-") < page.index("<article")
    assert Question.objects.get().slate.chain == chain
    asking = [one for one in seen.captured_queries if "social_question" in one["sql"] or "SAVEPOINT" in one["sql"]]
    assert len(seen) <= 18 and len(asking) == 4


def test_staff_who_look_ask_nothing(village):
    chain = uuid4()
    for _page in range(3):
        for_you(village)
    for_you(village, chain)
    found = for_you(village, chain, writing=False)
    assert found.slate is None
