"""How the site looks to somebody: theme, size of text, motion. In a cookie too, so that the first byte is right for visitors."""

from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from metya.members.models import Motion, Preferences, TextSize, Theme

COOKIE = "look"
COOKIE_AGE = 60 * 60 * 24 * 365


@dataclass(frozen=True)
class Look:
    theme: str = Theme.SYSTEM.value
    text: str = TextSize.NORMAL.value
    motion: str = Motion.SYSTEM.value

    @classmethod
    def of(cls, chosen: Preferences) -> "Look":
        return cls(chosen.theme, chosen.text, chosen.motion)

    @classmethod
    def read(cls, cookie: str) -> "Look":
        """What the cookie says; anything else than what we wrote ourselves is nothing."""
        parts = cookie.split("-")
        if len(parts) != 3 or not (parts[0] in Theme and parts[1] in TextSize and parts[2] in Motion):
            return cls()
        return cls(*parts)

    @property
    def cookie(self) -> str:
        """What the cookie says of it; empty for the defaults."""
        return "" if self == Look() else f"{self.theme}-{self.text}-{self.motion}"

    @property
    def attributes(self) -> SafeString:
        """The attributes of <html>, each with a space before it; the defaults need none."""
        plain = Look()
        pairs = [
            (name, getattr(self, name))
            for name in ("theme", "text", "motion")
            if getattr(self, name) != getattr(plain, name)
        ]
        return format_html_join("", ' data-{}="{}"', pairs)
