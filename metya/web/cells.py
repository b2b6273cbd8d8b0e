"""Texts in spreadsheets: no cell that somebody wrote may be run as a formula."""

# What spreadsheets take for the beginning of a formula, with the forms of Asian keyboards and the typographic minus.
DANGEROUS = frozenset("=+-@\t\r\n−＝＋－＠")
# The longest text that a cell of XLSX holds.
LONGEST = 32_767


def neutral(text: str) -> str:
    """The text so that it stays text wherever it is opened: an apostrophe before what would begin a formula, no NUL."""
    text = text.replace("\0", "")
    return f"'{text}" if text[:1] in DANGEROUS else text


def dangerous(text: str) -> bool:
    return text[:1] in DANGEROUS
