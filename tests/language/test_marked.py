"""Nothing that people read stands in a template or in Python without being marked for translation."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.language import extract
from tests.language.visible import unmarked

# Pages that nobody but those who build the site can open.
FOR_BUILDERS = ("templates/style/",)
# Parameters that people read, wherever they are given.
_READ = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "short_description"}
# The first argument of these is said to somebody.
_SAID = {"ActionError", "NotAllowed", "Invalid", "Conflict", "TooMany", "Unavailable", "ValidationError"}
_SAID |= {"success", "warning", "info", "error", "add_error"}
_LOGS = {"logger", "logging"}


def test_no_template_holds_a_text_that_is_not_marked():
    found = []
    for path in extract.templates():
        name = path.relative_to(extract.ROOT).as_posix()
        if not name.startswith(FOR_BUILDERS):
            found += [f"{name}:{line}: {text}" for line, text in unmarked(path)]
    assert not found, "wrap these in {% translate %} or {% blocktranslate %}"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hello there</p>", "Hello there"),
        ("<p>{% if a %}Yes{% else %}{% translate 'No' %}{% endif %}</p>", "Yes"),
        ("<h1>{{ name }} wrote</h1>", "wrote"),
        ('<img alt="A boat" src="a.png">', "A boat"),
        ('<button title="Close it">{% icon "x" %}</button>', "Close it"),
        ('<a aria-label="Back" href="/">{% icon "arrow-left" %}</a>', "Back"),
        ('<input placeholder="Your name">', "Your name"),
        ('<input type="submit" value="Send">', "Send"),
        ('<div data-failed="It did not work"></div>', "It did not work"),
        ('<meta name="description" content="A social network">', "A social network"),
        ('{{ name|default:"Nobody" }}', '"Nobody"'),
        ('{% include "x.html" with label="Top" %}', "Top"),
        ("{% block title %}Settings{% endblock %}", "Settings"),
        ("<dt>MET together</dt>", "MET together"),
    ],
)
def test_what_is_not_marked_is_found(tmp_path, source, text):
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    assert text in [found for _line, found in unmarked(path)]


@pytest.mark.parametrize(
    "source",
    [
        "<p>{% translate 'Hello there' %}</p>",
        "{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}",
        "{% comment %}Hello{% endcomment %}{# Hello there #}",
        "<code>python -m rewards.engine</code> <kbd>Esc</kbd>",
        '<p class="formula">grep {{ wallet }} payouts.csv</p>',
        '<div class="card wide" data-kind="post" hx-get="/more/">12 · 3 MET</div>',
        "{% block body_class %}chat{% endblock %}",
        "<span title=\"{% translate 'Closed' %}\">×</span>",
    ],
)
def test_what_is_marked_or_no_prose_passes(tmp_path, source):
    path = tmp_path / "page.html"
    path.write_text(source, encoding="utf-8")
    assert not list(unmarked(path))


# --- Python ------------------------------------------------------------------------------------------------------------


def test_no_python_says_what_is_not_marked():
    found = []
    for path in extract.sources():
        name = path.relative_to(extract.ROOT).as_posix()
        if "/engine/" in name or "/management/" in name:  # speak to operators, in a terminal
            continue
        found += [f"{name}:{line}: {text}" for line, text in _unmarked_in(path)]
    assert not found, "wrap these in gettext, or gettext_lazy where they stand outside of functions"


def _unmarked_in(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            if _name(node.func) in _SAID and not _logs(node.func):
                yield from ((node.lineno, ast.unparse(said)) for said in node.args if _prose(said))
            given = [word.value for word in node.keywords if word.arg in _READ]
            yield from ((node.lineno, ast.unparse(value)) for value in given if _literal(value))
        elif isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("TextChoices") for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and not (
                    isinstance(line.value, ast.Tuple) and not _literal(line.value.elts[1])
                ):
                    yield line.lineno, ast.unparse(line)
        elif isinstance(node, ast.Assign) and _name(node.targets[0]) in _READ - {"label"} and _literal(node.value):
            yield node.lineno, ast.unparse(node)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _logs(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and _name(function.value) in _LOGS


def _literal(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""
    )


def _prose(node: ast.expr) -> bool:
    """A literal of more than one word: a field's name is none."""
    return (
        _literal(node)
        and " " in ast.unparse(node)
        and any(
            isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value.strip()
            for part in ast.walk(node)
        )
    )


def test_nothing_is_translated_once_for_all_at_import():
    """A text outside of functions is asked for when it is shown, not when the module is read."""
    found = []
    for path in extract.sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
            for alias in node.names
            if alias.name in ("gettext", "ngettext", "pgettext", "npgettext")
        }
        found += [
            f"{path.relative_to(extract.ROOT)}:{call.lineno}" for call in _at_import(tree) if _name(call.func) in names
        ]
    assert not found


def _at_import(node: ast.AST) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _at_import(child)
