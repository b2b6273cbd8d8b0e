"""The list of settings pages for templates."""

from django import template

from metya.members.pages import PAGES, SettingsPage

register = template.Library()


@register.simple_tag
def settings_pages() -> tuple[SettingsPage, ...]:
    """All of them, in their order."""
    return PAGES
