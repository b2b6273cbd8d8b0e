"""What people may type, counted and compared as people do.

The rule for posts, names and descriptions alike: text is put into Unicode's composed form (NFC). Refused with a clear error are
control characters (C0 and C1, line breaks and tabs excepted where a text has lines), characters that reorder what is around
them (bidirectional embeddings, overrides and isolates), code points that are no characters, piles of more than MAX_MARKS
combining marks, and more than MAX_INVISIBLE characters in a row that show nothing. Joiners stay: emoji, Persian and Indic
scripts need them.
"""

import unicodedata

import regex
from django.utils.translation import gettext as _

from metya.web.errors import Invalid

MAX_MARKS = 8
MAX_INVISIBLE = 8  # the flags of parts of a country have seven
# More code points than this are not even looked at; a grapheme of a thousand code points is a bomb, not a letter.
POINTS_PER_CHARACTER = 8

_LINE_BREAKS = regex.compile(r"\r\n?|[\u2028\u2029\u0085\v\f]")
_FORBIDDEN = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\p{Cs}\p{Noncharacter_Code_Point}]")
_REORDERING = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_PILE = regex.compile(rf"(?:(?!\p{{Variation_Selector}})[\p{{Mn}}\p{{Me}}]){{{MAX_MARKS + 1},}}")
_FLOOD = regex.compile(rf"\p{{Default_Ignorable_Code_Point}}{{{MAX_INVISIBLE + 1},}}")
_GRAPHEME = regex.compile(r"\X")
_INVISIBLE = regex.compile(r"[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]")
_BLANK_LINES = regex.compile(r"\n{3,}")
_SPACES = regex.compile(r"\s+")


def count_characters(text: str) -> int:
    """How many characters a person sees: grapheme clusters after NFC."""
    return len(_GRAPHEME.findall(unicodedata.normalize("NFC", text)))


def clean_text(raw: str, *, most: int, field: str = "text", required: bool = True) -> str:
    """Text with lines, as it is stored: NFC, ``\\n`` line ends, no space around it, at most one empty line in a row.

    ``most`` is the limit in characters as people count. Raises Invalid with ``data['field']``.
    """
    text = _checked(_LINE_BREAKS.sub("\n", raw), most, field)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _sized(_BLANK_LINES.sub("\n\n", text).strip(), most, field, required)


def clean_line(raw: str, *, most: int, field: str, required: bool = False) -> str:
    """Text of one line, such as a name: as ``clean_text``, and line breaks and tabs are refused too."""
    text = raw.strip()
    if regex.search(r"[\t\n\v\f\r\x85\u2028\u2029]", text):
        raise Invalid(_("This must be one line, without line breaks and tabs."), data={"field": field})
    return _sized(_SPACES.sub(" ", _checked(text, most, field)), most, field, required)


def _checked(text: str, most: int, field: str) -> str:
    """The text in NFC; refuses what the rule above refuses."""
    if len(text) > most * POINTS_PER_CHARACTER:
        raise Invalid(_too_long(most), data={"field": field})
    bad = _FORBIDDEN.search(text)
    if bad:
        message = _("This contains a control character (U+%(code)04X) that cannot be shown. Remove it and send again.")
        raise Invalid(message % {"code": ord(bad[0])}, data={"field": field})
    bad = _REORDERING.search(text)
    if bad:
        message = _("This contains an invisible character (U+%(code)04X) that reorders text. Remove it and send again.")
        raise Invalid(message % {"code": ord(bad[0])}, data={"field": field})
    text = unicodedata.normalize("NFC", text)
    if _PILE.search(text):
        message = _("Too many marks are piled on one letter; at most %(most)d are allowed.")
        raise Invalid(message % {"most": MAX_MARKS}, data={"field": field})
    if _FLOOD.search(text):
        message = _("Too many invisible characters in a row; at most %(most)d are allowed.")
        raise Invalid(message % {"most": MAX_INVISIBLE}, data={"field": field})
    return text


def _sized(text: str, most: int, field: str, required: bool) -> str:
    if not _INVISIBLE.sub("", text):
        if required:
            raise Invalid(_("Write something first."), data={"field": field})
        return ""
    length = count_characters(text)
    if length > most:
        message = _("%(too_many)d characters too long: at most %(most)d are possible.")
        raise Invalid(message % {"too_many": length - most, "most": most}, data={"field": field})
    return text


def _too_long(most: int) -> str:
    return _("Much too long: at most %(most)d characters are possible.") % {"most": most}
