from typing import Any, ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

_MODERATORS = [
    "social.view_report",
    "social.decide_case",
    "social.view_moderatedmember",
    "social.suspend_member",
    "social.view_rule",
    "social.view_detector",
    "social.view_signal",
    "social.view_logentry",
    "social.view_post",
    "social.remove_post",
    "social.view_linkpreview",
    "social.withdraw_linkpreview",
    "social.view_tag",
    "social.view_tagveto",
    "social.veto_tag",
    "social.view_label",
    "social.view_labelling",
    "social.view_objection",
    "social.decide_objection",
    "social.view_labeller",
    "social.view_stylecard",
    "social.remove_stylecard",
]


class SocialConfig(AppConfig):
    name = "social"
    verbose_name = _("Social")
    # What each staff role may see and do in the admin; read when roles are made.
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "moderator": _MODERATORS,
        "senior": [*_MODERATORS, "social.view_look"],
        "manager": [
            "social.view_report",
            "social.view_rule",
            "social.view_logentry",
            "social.view_post",
            "social.view_moderatedmember",
            "social.view_interaction",
            "social.view_label",
            "social.view_labelling",
            "social.view_labeller",
            "social.recommend_labeller",
            "social.view_modelversion",
            "social.view_rankinggroup",
            "social.view_stylecard",
            "social.view_assistantconfig",
            "social.view_draftpair",
            "social.view_round",
            "social.view_switch",
        ],
        "reviewer": ["social.view_interaction", "social.view_post"],
    }

    # What a newcomer to the role is told on the first page of the admin.
    role_duties: ClassVar[dict[str, Any]] = {
        "moderator": _(
            "You moderate. Open cases stand above and lead to the queue: one case a screen, with what was reported, its "
            "context and what is known of the member. You decide under a rule; for ten seconds you can take it back. The "
            "member reads the reasons, the reporters learn the outcome, and each decision is written down under your name. "
            "What is too hard for one you escalate. Appeals against decisions of others stand beside the cases: uphold or "
            "overturn them, with reasons. The ? key shows all keys."
        ),
        "senior": _(
            "You are a senior moderator: you moderate, decide what others escalated, word the rules, and set the "
            "detectors: each is tried on the last 7 days before it is switched on. A new wording is a "
            "new version; what was decided goes on citing the old one."
        ),
        "labeller": _(
            "You put labels on public posts: “Label…” stands in the menu of each. Say why it fits. Only readers who follow your "
            "labels meet them; the author reads them and can object, and a moderator decides. Your labels have their own page."
        ),
        "auditor": _(
            "You audit. You may look at everything below and change nothing; every decision of the staff stands in the "
            "audit events with its time and its author."
        ),
    }

    def ready(self) -> None:
        """Hook up what waits for events of the site."""
        from metya.ops import waiting
        from social.appeals import waiting as appeals
        from social.labels import waiting as labels
        from social.live import signals
        from social.looks import signals as looks
        from social.messages import pushing as messages
        from social.moderation.waiting import for_moderators
        from social.notifications import pushing as notifications
        from social.push import actions, ending, keys, sources
        from social.rules import seeds
        from social.search import index
        from social.training.waiting import for_administrators

        signals.connect()
        looks.connect()
        ending.connect()
        keys.check()
        sources.register(notifications.KIND, notifications.said)
        sources.register(messages.KIND, messages.said)
        sources.register(actions.TEST, actions.said_in_test)
        waiting.register(for_moderators)
        waiting.register(appeals.for_moderators)
        waiting.register(labels.for_moderators)
        waiting.register(for_administrators)
        pre_migrate.connect(index.release, sender=self)
        post_migrate.connect(index.ensure, sender=self)
        post_migrate.connect(seeds.ensure, sender=self)
