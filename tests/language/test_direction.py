"""The styles work in languages that run from right to left: sides are named by the reading, not by the hand."""

import re

import pytest

from tests.language.extract import ROOT

STYLES = sorted(ROOT.glob("static/css/*.css"))
# What is meant by the hand, with the reason; (file, how the rule begins).
BY_HAND = {
    ("components.css", ".spot {"): "a place in a picture, which looks the same in every language",
    ("components.css", "select {"): "two gradients as an arrow; the rule after it turns them for right to left",
    ("components.css", '[dir="rtl"] select {'): "that rule",
}
_PHYSICAL = re.compile(
    r"(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
    r"|(?:^|[;{\s])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
    r"|\bto (?:left|right)\b"
    r"|background-position[^;]*\b(?:left|right)\b"
    r"|translateX\((?!\s*0)"
)
_FOUR = re.compile(
    r"(?:^|[;{\s])(margin|padding|inset|border-width|border-style|border-color|border-radius)\s*:\s*([^;}]+)"
)


def rules(text: str) -> list[str]:
    """Each innermost rule as `selector { declarations }`."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return [f"{head.strip()} {{{body}}}" for head, body in re.findall(r"([^{};]+)\{([^{}]*)\}", plain)]


def _values(text: str) -> list[str]:
    """The values of a shorthand; what is in brackets is one."""
    found, depth = [""], 0
    for letter in text.strip():
        depth += (letter == "(") - (letter == ")")
        if letter == " " and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [value for value in found if value]


def by_hand(rule: str) -> list[str]:
    found = [match.strip("{; ") for match in _PHYSICAL.findall(rule)]
    for name, text in _FOUR.findall(rule):
        values = _values(text)
        if name == "border-radius":  # clockwise from the top left corner
            sides = len(values) == 4 and (values[0] != values[1] or values[2] != values[3])
            sides = sides or (len(values) in (2, 3) and values[0] != values[1])
        else:
            sides = len(values) == 4 and values[1] != values[3]
        if sides:
            found.append(f"{name}: {text.strip()}")
    return found


def test_sides_are_named_by_the_reading():
    wrong, used = [], set()
    for path in STYLES:
        for rule in rules(path.read_text(encoding="utf-8")):
            found = by_hand(rule)
            reason = next((key for key in BY_HAND if key[0] == path.name and rule.startswith(key[1])), None)
            if found and reason:
                used.add(reason)
            elif found:
                wrong.append(f"{path.name}: {rule.split('{')[0]}{found}")
    assert not wrong, "use -inline-start and -inline-end, or start and end"
    assert used == set(BY_HAND), "an exception that nothing needs any more"


@pytest.mark.parametrize(
    "rule",
    [
        "a { margin-left: 4px }",
        "a { right: 0 }",
        "a {top:0;left:0}",
        "a { text-align: right }",
        "a { float: left }",
        "a { padding: 1px 2px 3px 4px; }",
        "a { inset: auto auto 88px calc(50% - 622px) }",
        "a { border-radius: 4px 4px 4px 0 }",
        "a { border-top-left-radius: 4px }",
        "a { background: linear-gradient(to right, red, blue) }",
        "a { transform: translateX(4px) }",
    ],
)
def test_a_side_by_hand_is_found(rule):
    assert by_hand(rule)


@pytest.mark.parametrize(
    "rule",
    [
        "a { margin-inline-start: 4px; inset-inline: 0 auto; text-align: start }",
        "a { padding: 1px 2px 3px; margin: 0 auto 4px; border-radius: 4px 4px 0 0 }",
        "a { inset: 0 4px 0 4px; border-start-start-radius: 4px }",
        ".left { color: red }",
    ],
)
def test_a_side_by_the_reading_passes(rule):
    assert not by_hand(rule)
