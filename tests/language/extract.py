"""Finds every text that is marked for translation, in templates and in Python, as it is looked up at run time."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.template import Template, engines
from django.template.base import Lexer, TokenType
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("metya", "social", "rewards")
# Functions of django.utils.translation: which of their arguments are context, text and plural.
_CALLS = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# Texts that are marked elsewhere, by gettext_noop, and looked up here.
LOOKED_UP = {"social/notifications/sentences.py", "social/consent/texts.py"}
# `_("…")` as the argument of a tag or filter.
_ARGUMENT = re.compile(r"""_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


@dataclass(frozen=True)
class Key:
    """What identifies a text: the same English in another context is another text."""

    context: str
    text: str


@dataclass
class Found:
    """``plural`` is empty for texts without one; ``places`` are files, relative to the root."""

    plural: str = ""
    places: set[str] = field(default_factory=set)


def templates() -> list[Path]:
    """Every template of the site."""
    kinds = ("html", "txt", "xml")
    return sorted(
        path for kind in kinds for base in ("templates/", "*/*/templates/") for path in ROOT.glob(f"{base}**/*.{kind}")
    )


def sources() -> list[Path]:
    """Every Python file of the site."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if not {"migrations", "node_modules"} & set(path.parts))


def everything() -> dict[Key, Found]:
    """All texts of the site."""
    found: dict[Key, Found] = {}
    for path in [*templates(), *sources()]:
        name = path.relative_to(ROOT).as_posix()
        texts = in_python(path.read_text(encoding="utf-8"), name) if path.suffix == ".py" else in_template(path)
        for key, plural in texts:
            known = found.setdefault(key, Found())
            known.plural = known.plural or plural
            known.places.add(name)
    return found


# --- templates ---------------------------------------------------------------------------------------------------------


def in_template(path: Path) -> Iterator[tuple[Key, str]]:
    """Asks the compiled template itself, so that a text is spelled here as it is looked up."""
    source = path.read_text(encoding="utf-8")
    for token in Lexer(source).tokenize():
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for literal in _ARGUMENT.findall(token.contents):
                yield Key("", ast.literal_eval(literal).replace("%", "%%")), ""
    nodes = Template(source, engine=engines["django"].engine).nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        text = node.filter_expression.var
        if isinstance(getattr(text, "literal", None), str):
            yield Key(_context(node), text.literal.replace("%", "%%")), ""
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        singular, _names = node.render_token_list(node.singular)
        plural, _names = node.render_token_list(node.plural) if node.plural else ("", [])
        yield Key(_context(node), singular), plural


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    return node.message_context.resolve({}) if node.message_context else ""


# --- Python ------------------------------------------------------------------------------------------------------------


def in_python(source: str, name: str = "") -> Iterator[tuple[Key, str]]:
    """Raises ValueError for a text that is put together only at run time."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = aliases.get(node.func.id) if isinstance(node.func, ast.Name) else _of_module(node.func)
        if called not in _CALLS:
            continue
        parts = [_constant(node.args[place]) if place is not None else "" for place in _CALLS[called]]
        if None in parts:
            if name not in LOOKED_UP:
                raise ValueError(f"{name}:{node.lineno}: only a text that stands there as it is can be translated")
            continue
        context, text, plural = parts
        yield Key(context or "", text or ""), plural or ""


def _of_module(function: ast.expr) -> str | None:
    """``translation.gettext`` is the same function."""
    whole = (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "translation"
    )
    return function.attr if whole else None


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
