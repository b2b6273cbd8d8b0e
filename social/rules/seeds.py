"""The rules with which a community begins; it words its own in the admin."""

from contextlib import suppress
from typing import Any, NamedTuple

from django.apps import AppConfig
from django.apps import apps as installed
from django.utils.translation import gettext_noop as _


class Seed(NamedTuple):
    key: str
    queue: str
    ground: str
    title: str
    text: str


SEEDS = (
    Seed(
        "illegal", "illegal", "illegal", _("Nothing illegal"),
        _("What the law forbids has no place here: threats, incitement to hatred, sexual images of children, the sale of "
          "what may not be sold. It is looked at first, within an hour."),
    ),
    Seed(
        "harassment", "harm", "terms", _("No harassment"),
        _("Disagree with what people say, do not attack who they are. Do not insult, hound or expose anybody, and do not "
          "send others to do it."),
    ),
    Seed(
        "scam", "harm", "terms", _("No scams or phishing"),
        _("Do not promise gains that cannot be had, do not pretend to be somebody else, and never ask for the words or keys "
          "of a wallet."),
    ),
    Seed(
        "spam", "spam", "terms", _("No spam"),
        _("Do not post the same thing over and over, do not advertise where nobody asked, and do not flood conversations."),
    ),
    Seed(
        "trading", "spam", "terms", _("No trading of likes"),
        _("Likes, replies and reposts are worth something here because they are meant. Do not offer, ask for or swap them."),
    ),
    Seed(
        "other", "harm", "terms", _("Fair play"),
        _("Do not do on purpose what harms the community, even where no other rule names it. Say in the note what is wrong."),
    ),
)  # fmt: skip


def plant(Rule: Any, RuleVersion: Any) -> None:
    """Make the first rules where there are none; also for the historic models of a migration."""
    if Rule.objects.exists():
        return
    for place, seed in enumerate(SEEDS):
        rule = Rule.objects.create(key=seed.key, position=place * 10 + 10, queue=seed.queue, ground=seed.ground)
        RuleVersion.objects.create(rule=rule, number=1, title=seed.title, text=seed.text)


def ensure(sender: AppConfig | None = None, **kwargs: Any) -> None:
    """After every migration that leaves such tables, as also after a database was emptied."""
    found = kwargs.get("apps") or installed
    with suppress(LookupError):
        plant(found.get_model("social", "Rule"), found.get_model("social", "RuleVersion"))
