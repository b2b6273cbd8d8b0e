"""The reasons that reviewers give."""

from django.utils.translation import gettext as _

from metya.web.errors import Invalid

MOST_REASON = 500


def clean_reason(reason: str) -> str:
    """One line of 3 to 500 characters. Raises Invalid."""
    text = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
    if not 3 <= len(text) <= MOST_REASON:
        message = _("Give a reason of at least a few words and at most %(most)d characters.") % {"most": MOST_REASON}
        raise Invalid(message, data={"field": "reason"})
    return text
