"""More, less and which of two in "For you": the effect shows at once, and is taken back; also without scripts."""

import re

import pytest
from playwright.sync_api import expect

from social.comparisons.models import Example, Feedback, Question
from social.posts import actions as publishing
from social.ranking.models import Slate, Steering
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
FOR_YOU = "/?feed=for-you"


@pytest.fixture
def crowd(alice):
    """Thirty posts by people whom alice follows."""
    for number in range(6):
        person = make.member(f"writer{number}")
        make.follow(alice, person)
        for place in range(5):
            publishing.publish(actor=person, text=f"Post {place} of writer {number}")
    return alice


@SCREENS
def test_less_folds_the_post_and_undo_unfolds_it(live_site, crowd, screen):
    page = live_site.page_of(crowd, FOR_YOU, **screen)
    card = page.locator("#feed article").first
    number = card.get_attribute("data-post")
    words = card.locator(".text").inner_text()
    card.get_by_role("button", name="Less like this").click()
    folded = page.locator(f"#post-{number}")
    expect(folded).to_have_text(re.compile("You will see less like this.\\s*Undo"))
    assert Feedback.objects.get().post_id == int(number) and Steering.objects.get(member=crowd).delta is not None
    folded.get_by_role("button", name="Undo").click()
    expect(folded).to_contain_text(words)
    expect(folded.get_by_role("button", name="Less like this")).to_be_visible()
    assert not Feedback.objects.exists() and not Example.objects.exists()
    # It can be said again where it stands.
    folded.get_by_role("button", name="More like this").click()
    expect(folded).to_contain_text("You will see more like this.")
    folded.get_by_role("button", name="Undo").click()
    expect(folded.get_by_role("button", name="More like this")).to_be_visible()
    assert not Feedback.objects.exists()


def test_what_is_unwanted_does_not_come_again(live_site, crowd):
    page = live_site.page_of(crowd, FOR_YOU)
    card = page.locator("#feed article").first
    number = card.get_attribute("data-post")
    card.get_by_role("button", name="Less like this").click()
    expect(page.locator(f"#post-{number}")).to_contain_text("You will see less")
    page.goto(page.url)
    expect(page.locator("#feed article").first).to_be_visible()
    expect(page.locator(f"#post-{number}")).to_have_count(0)


@SCREENS
def test_a_question_is_answered_shown_and_taken_back(live_site, crowd, screen):
    page = live_site.page_of(crowd, FOR_YOU, **screen)
    for _visit in range(3):
        page.goto(page.url)
    assert Slate.objects.count() == 4 and not Question.objects.exists()
    page.get_by_role("link", name="Load more").click()
    question = page.locator(".question")
    expect(question).to_contain_text("Which of these two do you prefer?")
    asked = Question.objects.get()
    question.locator(".pair button").first.click()
    expect(question).to_contain_text(f"Noted: the post of @{asked.first.author.handle}.")
    expect(question).to_contain_text("It shapes your own feed alone.")
    assert Example.objects.get().winner == asked.first and Steering.objects.get(member=crowd).delta is not None
    question.get_by_role("button", name="Undo").click()
    expect(question).to_contain_text("Which of these two do you prefer?")
    assert not Example.objects.exists() and Steering.objects.get(member=crowd).delta is None
    question.get_by_role("button", name="Not now").click()
    expect(question).to_have_count(0)
    assert Question.objects.get().answer == "later"


def test_all_of_it_works_without_scripts(live_site, crowd):
    page = live_site.page_of(crowd, FOR_YOU, java_script_enabled=False)
    number = page.locator("#feed article").first.get_attribute("data-post")
    page.locator(f"#post-{number}").get_by_role("button", name="Less like this").click()
    expect(page.locator("#flash")).to_contain_text("You will see less like this.")
    expect(page.locator(f"#post-{number}")).to_have_count(0)
    page.locator("#flash").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#post-{number}")).to_have_count(1)
    assert not Feedback.objects.exists()
    for _visit in range(2):
        page.goto(page.url)
    page.get_by_role("link", name="Load more").click()
    page.locator(".question .pair button").first.click()
    expect(page.locator("#flash")).to_contain_text("Noted: the post of")
    assert Example.objects.filter(kind="pair").exists()


def test_consent_is_given_read_and_taken_back(live_site, alice):
    page = live_site.page_of(alice, "/settings/consent/")
    card = page.locator("#consent-train")
    card.get_by_role("button", name="Allow").click()
    expect(card).to_contain_text("On")
    card.get_by_role("link", name="Receipt").click()
    expect(page.get_by_role("heading", name=re.compile("Receipt [0-9]+"))).to_be_visible()
    with page.expect_download() as sent:
        page.get_by_role("link", name="Download as JSON").click()
    assert sent.value.suggested_filename.startswith("consent-")
    page.goto("/settings/consent/")
    page.locator("#consent-train").get_by_role("button", name="Take it back").click()
    expect(page.locator("#consent-train")).to_contain_text("Off")
    assert not alice.grants.filter(ended_at=None).exists()
