"""The catalogues under locale/: brought up to date with the site, compiled, and judged."""

import re
from dataclasses import dataclass
from pathlib import Path

import polib

from tests.language.extract import ROOT, Found, Key

LOCALE = ROOT / "locale"
# Named (%(name)s) and positional placeholders, %%, {name} of texts that scripts fill in, and markup.
_PLACEHOLDERS = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]|%%|%[ds]|\{\w*\}|<[^>]+>")


def catalogues() -> list[Path]:
    """The .po of every language but English, which the texts themselves are in."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> polib.POFile:
    return polib.pofile(str(path), wrapwidth=0)


def key_of(entry: polib.POEntry) -> Key:
    return Key(entry.msgctxt or "", entry.msgid)


@dataclass
class Changes:
    """What an update did to a catalogue, and what waits for a translator."""

    added: list[str]
    dropped: list[str]
    missing: list[str]


def update(path: Path, texts: dict[Key, Found]) -> Changes:
    """Takes in what is new, without a guess at its translation, and lets go of what is not said any more."""
    old = read(path)
    known = {key_of(entry): entry for entry in old}
    new = polib.POFile(wrapwidth=0)
    new.metadata, new.header = old.metadata, old.header
    for key, found in sorted(texts.items(), key=lambda pair: (min(pair[1].places), pair[0].text, pair[0].context)):
        entry = known.get(key)
        if entry is None or (entry.msgid_plural or "") != found.plural:
            entry = polib.POEntry(msgctxt=key.context or None, msgid=key.text)
            if found.plural:
                entry.msgid_plural, entry.msgstr_plural = found.plural, dict.fromkeys(range(forms(old)), "")
        entry.occurrences = [(place, "") for place in sorted(found.places)]
        entry.flags = [flag for flag in entry.flags if flag == "fuzzy"]
        new.append(entry)
    new.save(str(path))
    shown = [key.text for key in texts if key not in known]
    gone = [entry.msgid for entry in old if key_of(entry) not in texts or entry.obsolete]
    return Changes(shown, gone, [entry.msgid for entry in new if not translated(entry)])


def forms(catalogue: polib.POFile) -> int:
    """How many plural forms the language has."""
    found = re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])
    assert found, "Plural-Forms of the catalogue cannot be read"
    return int(found[1])


def translated(entry: polib.POEntry) -> bool:
    if entry.fuzzy or entry.obsolete:
        return False
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def compiled(path: Path) -> bytes:
    """What the .mo beside the catalogue has to be, byte for byte: no date and no comment goes into it."""
    return bytes(read(path).to_binary())


def compile_all() -> None:
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(compiled(path))


def faults(path: Path, texts: dict[Key, Found]) -> list[str]:
    """Everything that keeps a catalogue from being complete, one line each."""
    catalogue = read(path)
    wrong = [
        f"not translated: {key.text!r} ({min(found.places)})"
        for key, found in texts.items()
        if not _has(catalogue, key)
    ]
    for entry in catalogue:
        if entry.obsolete:
            wrong.append(f"obsolete: {entry.msgid!r}")
        elif entry.fuzzy:
            wrong.append(f"fuzzy: {entry.msgid!r}")
        elif key_of(entry) not in texts:
            wrong.append(f"not said any more: {entry.msgid!r}")
        elif (entry.msgid_plural or "") != texts[key_of(entry)].plural:
            wrong.append(f"another plural: {entry.msgid!r}")
        elif not translated(entry):
            wrong.append(f"not translated: {entry.msgid!r}")
        else:
            wrong += _other_placeholders(entry, forms(catalogue))
    return wrong


def _has(catalogue: polib.POFile, key: Key) -> bool:
    return catalogue.find(key.text, msgctxt=key.context or False) is not None


def _other_placeholders(entry: polib.POEntry, count: int) -> list[str]:
    """Each translation fills in what its English does; a plural may leave out the number where English does so too."""
    if entry.msgid_plural:
        if len(entry.msgstr_plural) != count:
            return [f"{len(entry.msgstr_plural)} plural forms instead of {count}: {entry.msgid!r}"]
        allowed = [_filled(entry.msgid), _filled(entry.msgid_plural)]
        return [
            f"other placeholders: {text!r} for {entry.msgid!r}"
            for text in entry.msgstr_plural.values()
            if _filled(text) not in allowed
        ]
    if _filled(entry.msgstr) != _filled(entry.msgid) or _ends(entry.msgstr) != _ends(entry.msgid):
        return [f"other placeholders: {entry.msgstr!r} for {entry.msgid!r}"]
    return []


def _filled(text: str) -> list[str]:
    return sorted(_PLACEHOLDERS.findall(text))


def _ends(text: str) -> tuple[bool, bool]:
    """Line breaks at either end belong to what stands around the text."""
    return text.startswith("\n"), text.endswith("\n")
