"""When a post stems from a draft."""

import pytest

from social.assistant.likeness import stems_from

OWN = "we met at the pond and it was nice but there was no bench so we stood the whole time"
DRAFT = (
    "We met at the pond yesterday. It was lovely, yet without a single bench, so everybody had to stand for two hours."
)
TITLE = "An evening without benches"


@pytest.mark.parametrize(
    "text",
    [
        DRAFT,
        DRAFT.upper().replace(".", "!"),
        DRAFT.replace("lovely", "good"),
        DRAFT + " Who brings a bench next time? I could carry one if somebody helps me with the door of the shed.",
        "It was lovely, yet without a single bench.",
        "\u200b".join(DRAFT),
        DRAFT.replace(" ", "\n"),
    ],
)
def test_what_stems_from_it(text):
    assert stems_from(text, DRAFT, OWN)


@pytest.mark.parametrize(
    "text",
    [
        OWN,
        "",
        "Something else entirely about trains and when they come.",
        OWN + " Next time we bring chairs.",
        "It was",
    ],
)
def test_what_does_not(text):
    assert not stems_from(text, DRAFT, OWN)


def test_a_title_over_ones_own_text():
    taken = f"{TITLE}\n\n{OWN}"
    assert stems_from(taken, taken, OWN)
    assert stems_from(f"{TITLE}\n\nAll of it written anew, by hand, about trains.", taken, OWN)
    assert not stems_from(OWN, taken, OWN)


def test_a_draft_that_changed_nothing_brought_nothing():
    assert not stems_from(OWN, OWN, OWN)
    assert not stems_from(OWN, OWN.upper() + "!", OWN)


def test_short_drafts():
    assert stems_from("Hello", "Hello", "")
    assert stems_from("Good morning", "Good morning", "hi")
    assert not stems_from("Hello", "", "")


def test_scripts_without_spaces():
    assert stems_from("池のほとりで友達に会いました。", "池のほとりで友達に会いました", "友達に会った")
    assert not stems_from("友達に会った", "池のほとりで友達に会いました", "友達に会った")
