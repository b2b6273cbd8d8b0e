"""The pages of the settings, in their order: what the hub and the tabs over every page show."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class SettingsPage:
    """``name`` stands in the tab, ``about`` beside it in the hub; ``icon`` is a drawing of the sprite."""

    path: str
    name: Any
    about: Any
    icon: str


PAGES = (
    SettingsPage("/settings/profile/", _("Profile"), _("Name, pictures, links, rewards, search"), "user"),
    SettingsPage("/settings/messages/", _("Messages"), _("Who may write to you"), "mail"),
    SettingsPage(
        "/settings/notifications/",
        _("Notifications"),
        _("From whom you want which kind, on which devices, by e-mail"),
        "bell",
    ),
    SettingsPage("/settings/privacy/", _("Privacy"), _("Followers, wallets shown, muted and blocked people"), "shield"),
    SettingsPage("/settings/feed/", _("Feed"), _("Steer “For you”, and who sees your posts in it"), "list"),
    SettingsPage("/settings/labels/", _("Labels"), _("Whose labels you meet, and how"), "sticky-note"),
    SettingsPage("/settings/consent/", _("Consent"), _("What your feedback may be used for"), "shield-check"),
    SettingsPage("/settings/reports/", _("Reports"), _("What you reported, and what became of it"), "flag"),
    SettingsPage("/settings/access/", _("Access"), _("Who looked at the site as you"), "user-check"),
    SettingsPage("/settings/wallets/", _("Wallets"), _("What signs you in, and which one is paid"), "wallet"),
    SettingsPage("/settings/sessions/", _("Sessions"), _("Where you are signed in"), "laptop"),
    SettingsPage(
        "/settings/security/", _("Second factor"), _("Authenticator app, passkeys, recovery codes"), "key-round"
    ),
    SettingsPage(
        "/settings/appearance/", _("Appearance"), _("Light or dark, size of text, motion"), "sliders-horizontal"
    ),
    SettingsPage("/settings/time/", _("Time and language"), _("Your clock, and what the site speaks"), "clock"),
    SettingsPage("/settings/leave/", _("Your data"), _("Download everything, or leave"), "download"),
)
