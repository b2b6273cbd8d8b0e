"""A line of the notifications page as plain text, for where no page is: devices and mails."""

from html import unescape

from django.template.loader import render_to_string
from django.utils.html import strip_tags

from social.notifications.reads import Told


def sentence(told: Told) -> str:
    """Who did what, in the language that is active."""
    html = render_to_string("social/notifications/_sentence.html", {"told": told, "row": told.row})
    return " ".join(unescape(strip_tags(html)).split())
