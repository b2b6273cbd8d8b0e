"""More, less and which of two, by address: works, repeats, forged, strangers, floods, without scripts; and one's own examples."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets.models import Member
from social.comparisons import actions
from social.comparisons.models import Example, Feedback, Question
from social.consent import actions as consent
from social.posts import actions as publishing
from social.posts.models import Post
from social.ranking.models import Steering
from tests import make

pytestmark = pytest.mark.django_db
SAY, UNSAY = "/feeds/feedback/", "/feeds/feedback/undo/"
COMPARE, UNCOMPARE, LATER = "/feeds/compare/", "/feeds/compare/undo/", "/feeds/compare/later/"
EXAMPLES = "/settings/consent/examples/"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def client(ines, as_member):
    return as_member(ines)


def about(slate, *posts):
    return ",".join(str(one.pk) for one in (slate, *posts))


# More and less.


def test_more_is_said_where_it_was_pressed_and_taken_back(client, slate, posts):
    answer = client.post(SAY, {"more": about(slate, posts[0])}, headers=FRAGMENT).content.decode()
    assert "You will see more like this." in answer and answer.count("<button") == 1 and "<article" not in answer
    assert Feedback.objects.get().said == "more"
    back = client.post(UNSAY, {"undo": about(slate, posts[0])}, headers=FRAGMENT).content.decode()
    assert "More like this" in back and "Less like this" in back and not Feedback.objects.exists()


def test_less_folds_the_post_and_undo_puts_it_back(client, slate, posts):
    answer = client.post(SAY, {"less": about(slate, posts[0])}, headers=FRAGMENT).content.decode()
    assert answer.count("<article") == 1 and f'id="post-{posts[0].pk}"' in answer and posts[0].text not in answer
    assert "You will see less like this." in answer
    sent = {"undo": about(slate, posts[0]), "folded": "1"}
    for _time in range(2):
        back = client.post(UNSAY, sent, headers=FRAGMENT).content.decode()
        assert posts[0].text in back and back.count("<article") == 1
        assert f'value="{about(slate, posts[0])}"' in back and f"/feeds/why/{slate.pk}/{posts[0].pk}/" in back
    assert not Feedback.objects.exists() and not Example.objects.exists()


def test_without_scripts_the_page_comes_again_with_the_way_back(client, slate, posts):
    answer = client.post(SAY, {"less": about(slate, posts[0]), "next": "/?feed=for-you"})
    assert answer.status_code == 302 and answer["Location"] == "/?feed=for-you"
    page = client.get("/settings/consent/").content.decode()  # the next page, whatever it is
    assert "You will see less like this." in page and f'value="{about(slate, posts[0])}"' in page and UNSAY in page
    assert client.post(UNSAY, {"undo": about(slate, posts[0])})["Location"] == "/?feed=for-you"
    assert not Feedback.objects.exists()
    elsewhere = client.post(SAY, {"more": about(slate, posts[0]), "next": "https://elsewhere.example/"})
    assert elsewhere["Location"] == "/?feed=for-you"


def test_repeats_are_the_same_answer(client, slate, posts):
    answers = {client.post(SAY, {"more": about(slate, posts[0])}, headers=FRAGMENT).content for _time in range(3)}
    assert len(answers) == 1 and Feedback.objects.count() == 1 and Example.objects.count() == 4


@pytest.mark.parametrize("raw", ["", "1", "x,y", "1,777,778", "-1,2", "1,", "٣,4", "9" * 30 + ",1", "1,2\n", "0,1"])
def test_damaged_forms_are_told_so(client, slate, raw):
    assert client.post(SAY, {"more": raw}).status_code == 422
    assert client.post(UNSAY, {"undo": raw}).status_code == 422
    assert client.post(COMPARE, {"prefer": raw}).status_code == (404 if raw == "1,777,778" else 422)
    assert client.post(LATER, {"question": raw}).status_code == (404 if raw == "1" else 422)
    assert not Feedback.objects.exists() and not Steering.objects.exists()


def test_forged_pages_and_posts_are_refused(client, ines, bob, slate, posts, show):
    theirs = show(bob, posts)
    other = make.post(make.member(), "Elsewhere")
    locked = make.post(make.member(), "For followers", visibility="followers")
    gone = posts[9]
    publishing.delete(actor=gone.author, post=gone)
    for raw, status in (
        (about(theirs, posts[0]), 404),
        (f"999999,{posts[0].pk}", 404),
        (f"{slate.pk},999999", 404),
        (about(slate, locked), 404),
        (about(slate, gone), 404),
        (about(slate, other), 400),
    ):
        assert client.post(SAY, {"more": raw}).status_code == status, raw
    for raw, status in (
        (about(theirs, posts[0], posts[1]), 404),
        (about(slate, posts[0], locked), 404),
        (about(slate, gone, posts[0]), 404),
        (about(slate, posts[0], other), 400),
        (about(slate, posts[0], posts[0]), 422),
    ):
        assert client.post(COMPARE, {"prefer": raw}).status_code == status, raw
    said = client.post(SAY, {"more": about(slate, other)}, headers={"Accept": "application/json"})
    assert said.json()["code"] == "not-shown"
    assert not Example.objects.exists() and not Feedback.objects.exists()


def test_a_page_of_other_features_is_told_so(client, ines, posts, show):
    old = show(ines, posts, features_version="older")
    assert client.post(SAY, {"more": about(old, posts[0])}).status_code == 409


@pytest.mark.usefixtures("_still_windows")
def test_a_flood_is_stopped_and_what_was_done_is_kept(client, slate, posts):
    for number in range(60):
        assert client.post(SAY, {"more": about(slate, posts[number % 3])}, headers=FRAGMENT).status_code == 200
    for path, sent in (
        (SAY, {"more": about(slate, posts[5])}),
        (COMPARE, {"prefer": about(slate, posts[5], posts[6])}),
    ):
        answer = client.post(path, sent, headers=FRAGMENT)
        assert answer.status_code == 429
    assert Feedback.objects.count() == 3 and not Example.objects.filter(kind="pair").exists()


def test_a_stranger_and_who_is_signed_out_say_nothing(slate, posts, carol, as_member):
    stranger = as_member(carol)
    assert stranger.post(SAY, {"more": about(slate, posts[0])}).status_code == 404
    assert stranger.post(COMPARE, {"prefer": about(slate, posts[0], posts[1])}).status_code == 404
    assert not Example.objects.exists()


def test_verbs_and_sign_in(client, slate, posts):
    paths = (
        SAY,
        UNSAY,
        COMPARE,
        UNCOMPARE,
        LATER,
        EXAMPLES + "all/delete/",
        EXAMPLES + "1/delete/",
    )
    for path in paths:
        assert client.get(path).status_code == 405, path
    client.logout()
    for path in (*paths, EXAMPLES):
        answer = client.get(path) if path == EXAMPLES else client.post(path, {"more": about(slate, posts[0])})
        assert answer["Location"].startswith("/sign-in/"), path
    assert not Feedback.objects.exists()


def test_who_is_suspended_says_nothing(client, ines, slate, posts):
    Member.objects.filter(pk=ines.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    client.post(SAY, {"more": about(slate, posts[0])})
    assert not Feedback.objects.exists()


# Which of two.


def test_an_answer_its_effect_and_its_undo(client, ines, slate, posts):
    question = Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[1])
    sent = {"prefer": about(slate, posts[1], posts[0])}
    answer = client.post(COMPARE, sent, headers=FRAGMENT).content.decode()
    assert f"the post of @{posts[1].author.handle}" in answer and "It shapes your own feed alone." in answer
    assert Example.objects.get().winner == posts[1] and Steering.objects.get().delta is not None
    value = f"{posts[1].pk},{posts[0].pk}"
    assert f'value="{value}"' in answer
    back = client.post(UNCOMPARE, {"undo": value}, headers=FRAGMENT).content.decode()
    assert f'id="question-{question.pk}"' in back and posts[0].text in back and posts[1].text in back
    assert not Example.objects.exists() and Steering.objects.get().delta is None
    assert client.post(UNCOMPARE, {"undo": value}, headers=FRAGMENT).status_code == 200


def test_the_answer_says_what_else_it_is_used_for(client, ines, slate, posts):
    consent.give(actor=ines, purpose="train", version=1)
    answer = client.post(COMPARE, {"prefer": about(slate, posts[1], posts[0])}, headers=FRAGMENT).content.decode()
    assert "also an example for the community" in answer and EXAMPLES in answer


def test_a_choice_without_scripts(client, slate, posts):
    answer = client.post(COMPARE, {"prefer": about(slate, posts[1], posts[0]), "next": "/?feed=for-you"})
    assert answer["Location"] == "/?feed=for-you" and Example.objects.exists()
    page = client.get("/settings/consent/").content.decode()
    assert "Noted: the post of" in page and UNCOMPARE in page


def test_not_now(client, ines, bob, slate, posts, show):
    question = Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[1])
    theirs = Question.objects.create(member=bob, slate=show(bob, posts), first=posts[0], second=posts[1])
    answer = client.post(LATER, {"question": question.pk}, headers=FRAGMENT)
    assert answer.status_code == 200 and not answer.content.strip()
    assert client.post(LATER, {"question": theirs.pk}).status_code == 404
    question.refresh_from_db()
    theirs.refresh_from_db()
    assert (question.answer, theirs.answer) == ("later", "")


def rendered(name, **context):
    return engines["django"].get_template(name).render(context)


def test_a_question_is_forms_and_tells_where_to_turn_it_off(ines, slate, posts, django_assert_num_queries):
    made = Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[1])
    question = Question.objects.with_posts().get(pk=made.pk)
    with django_assert_num_queries(0):
        page = rendered("social/comparisons/_question.html", question=question)
    assert len(re.findall(r'formaction="/feeds/compare/"', page)) == 2 and 'formaction="/feeds/compare/later/"' in page
    assert "/settings/feed/" in page
    posts[0].warning = "Spiders"
    posts[0].save()
    page = rendered("social/comparisons/_question.html", question=Question.objects.with_posts().get(pk=made.pk))
    assert "Spiders" in page and posts[0].text not in page


# One's own examples.


def test_every_example_with_what_it_was_about(client, ines, slate, posts):
    grant = consent.give(actor=ines, purpose="train", version=1)
    actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    page = client.get(EXAMPLES).content.decode()
    assert posts[0].text in page and posts[1].text in page and f"/posts/{posts[0].pk}/" in page
    assert f"receipt {grant.pk}" in page and f"/settings/consent/receipts/{grant.pk}/" in page
    consent.withdraw(actor=ines, purpose="train")
    page = client.get(EXAMPLES).content.decode()
    assert "your own feed alone" in page and f"receipt {grant.pk}" not in page


def test_what_is_measured_says_so(client, ines, slate, posts):
    grant = consent.give(actor=ines, purpose="evaluate", version=1)
    actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    assert f"measures it, receipt {grant.pk}" in client.get(EXAMPLES).content.decode()


def test_words_that_may_not_be_read_are_not_shown(client, ines, slate, posts):
    consent.give(actor=ines, purpose="train", version=1)
    actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    Post.objects.filter(pk=posts[0].pk).update(visibility="followers")
    page = client.get(EXAMPLES).content.decode()
    assert posts[0].text not in page and "not there for you any more" in page and "receipts/" not in page


def test_one_is_deleted_and_then_all(client, ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    first = Example.objects.first()
    answer = client.post(f"{EXAMPLES}{first.pk}/delete/", headers=FRAGMENT)
    assert answer.status_code == 200 and not answer.content and Example.objects.count() == 3
    assert client.post(f"{EXAMPLES}{first.pk}/delete/").status_code == 404
    assert client.post(f"{EXAMPLES}{Example.objects.first().pk}/delete/")["Location"] == EXAMPLES
    assert client.post(f"{EXAMPLES}all/delete/")["Location"] == EXAMPLES
    page = client.get(EXAMPLES).content.decode()
    assert "All of your examples are deleted." in page and "No examples yet" in page
    assert not Example.objects.exists() and Steering.objects.get().delta is None


def test_the_examples_of_others_are_not_ones_own(client, bob, posts, show):
    theirs = actions.compare(actor=bob, slate=show(bob, posts), winner=posts[0], loser=posts[1])
    assert "No examples yet" in client.get(EXAMPLES).content.decode()
    assert client.post(f"{EXAMPLES}{theirs.pk}/delete/").status_code == 404
    client.post(f"{EXAMPLES}all/delete/")
    assert Example.objects.get() == theirs


def test_the_page_costs_the_same_at_any_length_and_goes_on(client, ines, show):
    written = [make.post(make.member(), f"Post {number}") for number in range(12)]
    slate = show(ines, written)
    counts = []
    for place in range(1, 12):
        actions.compare(actor=ines, slate=slate, winner=written[place], loser=written[0])
        for other in range(1, place):
            actions.compare(actor=ines, slate=slate, winner=written[place], loser=written[other])
        if place in (2, 8):
            client.get(EXAMPLES)
            with CaptureQueriesContext(connection) as seen:
                page = client.get(EXAMPLES).content.decode()
            counts.append(len(seen))
    assert len(set(counts)) == 1 and page.count('id="example-') == 20
    following = page.split("?before=")[1].split('"')[0]
    rest = client.get(f"{EXAMPLES}?before={following}").content.decode()
    assert rest.count('id="example-') == 16 and "Delete all" not in rest
    assert client.get(f"{EXAMPLES}?before=x").status_code == 400
    assert "That was all." in client.get(f"{EXAMPLES}?before=1").content.decode()


@pytest.mark.usefixtures("_still_windows")
def test_forgetting_is_slowed_as_saying_is_and_says_when_it_is_possible_again(client, ines, slate, posts):
    for other in posts[1:4]:
        client.post(COMPARE, {"prefer": about(slate, posts[0], other)}, headers=FRAGMENT)
    one, *rest = Example.objects.of(ines).order_by("pk")
    everything, single = "/settings/consent/examples/all/delete/", f"/settings/consent/examples/{rest[0].pk}/delete/"
    assert client.post(f"/settings/consent/examples/{one.pk}/delete/").status_code == 302
    for _ in range(59):
        assert client.post("/settings/consent/examples/999999/delete/").status_code == 404
    for path in (single, everything):
        answer = client.post(path, headers=FRAGMENT)
        assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert Example.objects.of(ines).count() == len(rest) == 2


@pytest.mark.usefixtures("_still_windows")
def test_who_said_as_much_as_one_may_can_delete_all_of_it_the_same_day(client, ines, slate, posts):
    """Forgetting has a limit of its own."""
    for number in range(60):
        client.post(SAY, {"more": about(slate, posts[number % 3])}, headers=FRAGMENT)
    assert client.post("/settings/consent/examples/all/delete/").status_code == 302
    assert not Example.objects.of(ines).exists()
