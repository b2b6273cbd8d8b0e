"""The look holds its own rules: contrast, no inline code, icons that exist, links that lead somewhere, small files."""

import gzip
import re
from math import cos, radians, sin
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/*/templates/**/*.html")])
STYLES = sorted(ROOT.glob("static/css/*.css"))
SCRIPTS = sorted(ROOT.glob("static/js/*.js"))
LAST_RESORT = 120


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- colour ------------------------------------------------------------------------------------------------------


def tokens() -> dict[str, dict[str, tuple[float, float, float]]]:
    text = read(ROOT / "static/css/tokens.css")
    one = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
    rows = re.findall(rf"--([\w-]+): light-dark\({one}, {one}\);", text)
    return {
        "light": {name: (float(a), float(b), float(c)) for name, a, b, c, *_dark in rows},
        "dark": {name: (float(a), float(b), float(c)) for name, _a, _b, _c, a, b, c in rows},
    }


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance (WCAG 2) of an OKLCH colour; matrices of Björn Ottosson's Oklab."""
    lightness, chroma, hue = colour
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (max(0.0, min(1.0, part)) for part in linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ["paper", "raised", "accent-soft", "sunken"]
TEXT = [(text, ground) for text in ("ink", "ink-soft", "ink-faint", "accent") for ground in GROUNDS]
TEXT += [(mood, ground) for mood in ("good", "wait", "bad") for ground in ("paper", "raised", f"{mood}-soft")]
TEXT += [("ink", f"{mood}-soft") for mood in ("good", "wait", "bad")]
TEXT += [("on-accent", "accent"), ("on-accent", "accent-strong"), ("paper", "ink"), ("raised", "bad")]
TEXT += [(f"on-tint-{n}", f"tint-{n}") for n in range(6)]
CONTROLS = [("edge", "paper"), ("edge", "raised"), ("accent", "raised"), ("accent", "paper"), ("ink-faint", "raised")]


def test_contrast_is_computed_rightly():
    assert contrast((1, 0, 0), (0, 0, 0)) == pytest.approx(21, abs=0.01)
    # #767676 on white is the textbook 4.54
    assert contrast((0.5658, 0, 0), (1, 0, 0)) == pytest.approx(4.54, abs=0.03)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_controls_stand_out(theme: str):
    colour = tokens()[theme]
    weak = [(f, g, contrast(colour[f], colour[g])) for f, g in TEXT if contrast(colour[f], colour[g]) < 4.5]
    weak += [(f, g, contrast(colour[f], colour[g])) for f, g in CONTROLS if contrast(colour[f], colour[g]) < 3]
    assert not weak


def test_every_colour_is_a_pair_of_light_and_dark():
    text = read(ROOT / "static/css/tokens.css")
    alone = re.sub(r"light-dark\(oklch\([^)]*\), oklch\([^)]*\)\)", "", text)
    assert len(tokens()["dark"]) > 30 and "oklch" not in alone


def test_colours_live_in_the_tokens_file_only():
    for path in STYLES:
        if path.name != "tokens.css":
            assert not re.findall(r"(?:#[0-9a-fA-F]{3,8}\b(?!\w)|rgba?\(|hsla?\(|oklch\()", read(path)), path.name


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"(--[\w-]+):", "".join(map(read, STYLES))))
    for path in STYLES:
        assert set(re.findall(r"var\((--[\w-]+)", read(path))) <= defined, path.name


# --- templates ---------------------------------------------------------------------------------------------------


def test_templates_carry_no_inline_code():
    wrong = []
    for path in TEMPLATES:
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", read(path), flags=re.S)
        for tag in re.findall(r"<[a-zA-Z][^>]*>", text):
            if re.search(r"\s(?:style|on\w+|hx-on[^=\s]*)\s*=", tag) or re.match(
                r"<script(?![^>]*\s(?:src=|type=\"application/json\"))", tag
            ):
                wrong.append(f"{path.relative_to(ROOT)}: {tag}")
            if re.search(r"hx-(?:vals|headers|vars|confirm)\S*=\S*(?:js|javascript):|hx-trigger=\S*\[", tag):
                wrong.append(f"{path.relative_to(ROOT)} needs eval: {tag}")
        if "<style" in text or "javascript:" in text:
            wrong.append(str(path.relative_to(ROOT)))
    assert not wrong


def test_templates_stay_short():
    assert not [str(p.relative_to(ROOT)) for p in TEMPLATES if read(p).count("\n") > LAST_RESORT]


def test_icons_exist_and_each_is_used():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', read(ROOT / "static/img/icons.svg")))
    sources = [
        *map(read, TEMPLATES),
        *(read(p) for app in ("metya", "social", "rewards") for p in ROOT.glob(f"{app}/**/*.py")),
    ]
    used = {name for text in sources for name in re.findall(r"""{%\s*icon "([\w-]+)""", text)}
    assert used <= sprite
    named = {name for name in sprite if any(f'"{name}"' in text or f"'{name}'" in text for text in sources)}
    assert sprite == named, "remove these from the sprite, or use them"


def test_literal_links_lead_to_a_page():
    lost = set()
    for path in TEMPLATES:
        for link in re.findall(r"""(?:href|action|hx-get|hx-post)="(/[^"{}#?]*)["#?]""", read(path)):
            if link.startswith(("/static/", "/admin/")):
                continue
            try:
                resolve(link)
            except Resolver404:
                lost.add(f"{path.relative_to(ROOT)}: {link}")
    assert not lost


def test_buttons_without_words_have_a_name():
    nameless = []
    for path in TEMPLATES:
        for tag, inner in re.findall(
            r"(<(?:button|a|summary)\b[^>]*>)((?:\s|{% icon [^%]*%}|{% face [^%]*%})+)</", read(path)
        ):
            if "aria-label" not in tag and "aria-hidden" not in tag and inner.strip():
                nameless.append(f"{path.relative_to(ROOT)}: {tag}")
    assert not nameless


# --- size --------------------------------------------------------------------------------------------------------


def packed(paths: list[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def test_styles_and_scripts_are_small():
    vendor = sorted(ROOT.glob("static/vendor/htmx-*.js"))
    everywhere = [p for p in SCRIPTS if f"js/{p.name}" in read(ROOT / "templates/_scripts.html")]
    assert packed([p for p in STYLES if p.name != "admin.css"]) <= 25_000
    assert packed([*vendor, *everywhere]) <= 25_000
    assert len(gzip.compress((ROOT / "static/img/icons.svg").read_bytes())) <= 8_000


def test_vendored_code_keeps_its_licence_and_version():
    assert "version=" in read(ROOT / "static/vendor/htmx-4.0.1.min.js").replace(" ", "")
    assert "4.0.1" in read(ROOT / "static/vendor/htmx-4.0.1.min.js")
    assert "Zero-Clause BSD" in read(ROOT / "static/vendor/htmx-LICENSE.txt")
    assert "uPlot (v1.6.32)" in read(ROOT / "static/vendor/uplot-1.6.32.min.js")
    assert "The MIT License" in read(ROOT / "static/vendor/uplot-LICENSE.txt")
    assert "ISC License" in read(ROOT / "static/img/icons-LICENSE.txt")


def test_scripts_are_strict_and_reach_no_other_host():
    for path in SCRIPTS:
        text = read(path)
        assert '"use strict"' in text or re.search(r"^(?:import|export) ", text, re.M), path.name
        assert not re.search(r"https?://(?!www\.w3\.org)", text), path.name
        assert not re.search(r"\beval\(|new Function|innerHTML\s*=|\.style\b|insertAdjacentHTML", text), path.name
