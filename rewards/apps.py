from typing import Any, ClassVar

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

_SEEN_BY_REVIEWERS = ["account", "batch", "epoch", "hold", "ledgercheck", "parameters", "payout", "seed"]
_SEEN_BY_REVIEWERS += ["trainingpay", "transfer"]
_SEEN_BY_MANAGERS = ["batch", "epoch", "parameters", "payout", "seed"]


class RewardsConfig(AppConfig):
    name = "rewards"
    verbose_name = _("Rewards")
    # Looking only: what reviewers do goes through actions that ask for the role itself.
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "reviewer": [
            *(f"rewards.view_{name}" for name in _SEEN_BY_REVIEWERS),
            "rewards.view_chaintransaction",
            "rewards.view_chainlog",
            "rewards.view_deployment",
        ],
        "manager": [
            *(f"rewards.view_{name}" for name in _SEEN_BY_MANAGERS),
            "rewards.read_reports",
            "rewards.export_rows",
            "rewards.view_export",
        ],
        "auditor": ["rewards.read_reports"],
    }

    # What a newcomer to the role is told on the first page of the admin.
    role_duties: ClassVar[dict[str, Any]] = {
        "reviewer": _(
            "You review payouts. Every day a batch waits above: look at what is flagged, put on hold what you doubt, "
            "and submit it. Another reviewer approves; nobody decides about a payout of their own."
        ),
        "manager": _(
            "You look after the community. You may look at everything below and decide nothing of it: reports are for "
            "moderators, payouts for reviewers."
        ),
    }

    def ready(self) -> None:
        from metya.ops import health, waiting
        from rewards.chain import checks, hooks
        from rewards.epochs import earnings
        from rewards.ledger import checking
        from rewards.payouts import flagged, moderated, publicly, publishing
        from rewards.payouts.waiting import for_reviewers
        from rewards.training import account, earning
        from rewards.training import moderated as training_moderated
        from rewards.training.checking import differences
        from rewards.training.waiting import stopped
        from social.detection import rings
        from social.moderation import stakes
        from social.training import budget
        from social.transparency import held

        register(checks.development_chain_only_in_development)
        health.register("chain", checks.health)
        health.register("ledger", checking.health)
        checking.register(differences)
        budget.register(account.budget)
        earnings.register(earning.answer, earning.noted)
        waiting.register(for_reviewers)
        waiting.register(stopped)
        stakes.register(moderated.Payouts())
        stakes.register(training_moderated.TrainingStakes())
        rings.register(flagged.Flagged())
        held.register(publicly.held_between)
        held.register(training_moderated.held_between)
        hooks.register(publishing.hear)
        hooks.guard(publishing.refuse_if_edited)
