"""Every text of the site is there in every language, and the compiled catalogues are those of the readable ones."""

from pathlib import Path

import polib
import pytest
from django.conf import settings

from tests.language import catalogue, extract
from tests.language.extract import Found, Key

PATHS = catalogue.catalogues()


@pytest.fixture(scope="module")
def texts() -> dict[Key, Found]:
    return extract.everything()


def test_every_language_of_the_site_has_a_catalogue():
    assert {path.parts[-3] for path in PATHS} == {code for code, _name in settings.LANGUAGES} - {"en"}


def test_texts_of_mails_are_among_them(texts):
    """In both of its forms a mail says the same."""
    mails = [path.relative_to(extract.ROOT).as_posix() for path in extract.ROOT.glob("templates/social/digest/*.txt")]
    places = {place for found in texts.values() for place in found.places}
    assert mails and set(mails) <= places


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parts[-3])
def test_every_text_is_translated(path: Path, texts):
    """`make messages` says the same, and takes new texts in."""
    assert not catalogue.faults(path, texts)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.parts[-3])
def test_what_is_compiled_is_what_can_be_read(path: Path):
    assert path.with_suffix(".mo").read_bytes() == catalogue.compiled(path), "run `make messages`"


TEXTS = {
    Key("", "Saved."): Found("", {"a.py"}),
    Key("", "%(n)d like"): Found("%(n)d likes", {"a.py"}),
    Key("time", "now"): Found("", {"b.html"}),
}


def _catalogue(path: Path, **changes) -> Path:
    made = polib.POFile(wrapwidth=0)
    made.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}
    rows = {
        "saved": polib.POEntry(msgid="Saved.", msgstr="Gespeichert."),
        "likes": polib.POEntry(
            msgid="%(n)d like", msgid_plural="%(n)d likes", msgstr_plural={0: "%(n)d Like", 1: "%(n)d Likes"}
        ),
        "now": polib.POEntry(msgctxt="time", msgid="now", msgstr="jetzt"),
    }
    for row in (rows | changes).values():
        if row is not None:
            made.append(row)
    made.save(str(path))
    return path


def test_a_whole_catalogue_has_no_fault(tmp_path):
    assert catalogue.faults(_catalogue(tmp_path / "django.po"), TEXTS) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"saved": None}, "not translated"),
        ({"saved": polib.POEntry(msgid="Saved.", msgstr="")}, "not translated"),
        ({"saved": polib.POEntry(msgid="Saved.", msgstr="Gespeichert.", flags=["fuzzy"])}, "fuzzy"),
        ({"saved": polib.POEntry(msgid="Saved.", msgstr="Gespeichert.", obsolete=1)}, "obsolete"),
        ({"more": polib.POEntry(msgid="Gone.", msgstr="Weg.")}, "not said any more"),
        ({"now": polib.POEntry(msgid="now", msgstr="jetzt")}, "not translated"),  # without its context
        ({"saved": polib.POEntry(msgid="Saved.", msgstr="%(n)d gespeichert.")}, "other placeholders"),
        (
            {
                "likes": polib.POEntry(
                    msgid="%(n)d like", msgid_plural="%(n)d likes", msgstr_plural={0: "Like", 1: "Likes"}
                )
            },
            "other placeholders",
        ),
        (
            {
                "likes": polib.POEntry(
                    msgid="%(n)d like", msgid_plural="%(n)d likes", msgstr_plural={0: "%(n)d Like", 1: ""}
                )
            },
            "not translated",
        ),
        ({"likes": polib.POEntry(msgid="%(n)d like", msgstr="%(n)d Like")}, "another plural"),
    ],
)
def test_what_is_not_whole_is_found(tmp_path, changes, fault):
    faults = catalogue.faults(_catalogue(tmp_path / "django.po", **changes), TEXTS)
    assert any(line.startswith(fault) for line in faults), faults


def test_an_update_takes_in_the_new_and_lets_go_of_the_old_without_guessing(tmp_path):
    path = _catalogue(tmp_path / "django.po")
    texts = TEXTS | {Key("", "Saved now."): Found("", {"c.py"})}
    del texts[Key("time", "now")]
    changes = catalogue.update(path, texts)
    assert (changes.added, changes.dropped, changes.missing) == (["Saved now."], ["now"], ["Saved now."])
    after = {entry.msgid: entry for entry in catalogue.read(path)}
    assert after["Saved."].msgstr == "Gespeichert." and after["Saved now."].msgstr == "" and "now" not in after
    before = path.read_bytes()
    catalogue.update(path, texts)
    assert path.read_bytes() == before


# --- what is extracted ------------------------------------------------------------------------------------------------


def _in_template(tmp_path: Path, source: str) -> set[tuple[str, str, str]]:
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    return {(key.context, key.text, plural) for key, plural in extract.in_template(path)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% translate 'Save' %}", ("", "Save", "")),
        ("{% if a %}{% for b in c %}{% translate 'now' context 'time' %}{% endfor %}{% endif %}", ("time", "now", "")),
        ("{% blocktranslate with n=a %}{{ n }} of 5 %{% endblocktranslate %}", ("", "%(n)s of 5 %%", "")),
        ("{% blocktranslate trimmed %}\n  One\n  line\n{% endblocktranslate %}", ("", "One line", "")),
        (
            "{% blocktranslate count n=a %}{{ n }} post{% plural %}{{ n }} posts{% endblocktranslate %}",
            ("", "%(n)s post", "%(n)s posts"),
        ),
        ('{{ a|default:_("Nobody") }}', ("", "Nobody", "")),
        ('{% state "x" _("on hold") %}', ("", "on hold", "")),
        ("{% block main %}{% include 'x.html' with a=_('Title') %}{% endblock %}", ("", "Title", "")),
    ],
)
def test_templates_are_searched(tmp_path, source, found):
    assert found in _in_template(tmp_path, source)


def test_python_is_searched():
    source = (
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy as p\n"
        "from django.utils import translation\n"
        "_('One' ' text')\nngettext('a', 'b', 3)\np('c', 'd')\ntranslation.gettext('e')\nother.gettext('f')\n"
    )
    found = {(key.context, key.text, plural) for key, plural in extract.in_python(source)}
    assert found == {("", "One text", ""), ("", "a", "b"), ("c", "d", ""), ("", "e", "")}


def test_a_text_that_is_put_together_later_is_refused():
    source = "from django.utils.translation import gettext as _\n_(f'{count} posts')\n"
    with pytest.raises(ValueError, match="as it is"):
        list(extract.in_python(source))
