"""The periodic table: which job runs how often. Names are stable; times are UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Periodic:
    """``task`` (dotted path of a django-tasks task without arguments) every ``seconds``, aligned to the epoch of Unix."""

    name: str
    task: str
    seconds: int
    offset: int = 0

    def next_after(self, now: datetime) -> datetime:
        """The first aligned moment after ``now``."""
        stamp = int(now.timestamp()) - self.offset
        return datetime.fromtimestamp(0, tz=now.tzinfo) + timedelta(
            seconds=(stamp // self.seconds + 1) * self.seconds + self.offset
        )


MINUTE, HOUR, DAY = 60, 3600, 86_400
PERIODIC: list[Periodic] = [
    Periodic("housekeeping", "metya.ops.tasks.housekeeping", HOUR, offset=17 * MINUTE),
    Periodic("sign-in texts", "metya.wallets.tasks.prune", HOUR, offset=23 * MINUTE),
    Periodic("trends", "social.trends.jobs.count_trends", 10 * MINUTE, offset=2 * MINUTE),
    Periodic("shown posts", "social.ranking.jobs.count_shown", MINUTE, offset=12),
    Periodic("tastes", "social.ranking.jobs.refresh_tastes", 10 * MINUTE, offset=6 * MINUTE),
    Periodic("slates", "social.ranking.jobs.forget_slates", DAY, offset=2 * HOUR + 29 * MINUTE),
    Periodic("epochs", "rewards.epochs.jobs.advance_epochs", MINUTE, offset=30),
    Periodic("estimate", "rewards.epochs.jobs.estimate_today", 15 * MINUTE, offset=3 * MINUTE),
    Periodic("publication", "rewards.payouts.jobs.follow_publication", MINUTE, offset=45),
    Periodic("pay for training", "rewards.training.jobs.advance_pay", MINUTE, offset=10),
    Periodic("ledger check", "rewards.ledger.jobs.check_ledger", DAY, offset=3 * HOUR + 7 * MINUTE),
    Periodic("reports", "rewards.reports.jobs.count_days", DAY, offset=21 * MINUTE),
    Periodic("reports of today", "rewards.reports.jobs.count_today", 15 * MINUTE, offset=8 * MINUTE),
    Periodic("exports", "rewards.reports.jobs.tidy_exports", 10 * MINUTE, offset=9 * MINUTE),
    Periodic("scheduled exports", "rewards.schedules.jobs.run_due", MINUTE, offset=40),
    Periodic("deleted schedules", "rewards.schedules.jobs.forget", HOUR, offset=59 * MINUTE),
    Periodic("minutes of the hubs", "social.live.jobs.forget_minutes", DAY, offset=2 * HOUR + 53 * MINUTE),
    Periodic("drafts of the assistant", "social.assistant.jobs.tidy", HOUR, offset=37 * MINUTE),
    Periodic("pictures", "social.posts.jobs.forget_pictures", HOUR, offset=41 * MINUTE),
    Periodic("reported pictures", "social.messages.jobs.forget_reported", DAY, offset=2 * HOUR + 37 * MINUTE),
    Periodic("link previews", "social.previews.jobs.forget_previews", HOUR, offset=47 * MINUTE),
    Periodic("deleted posts", "social.posts.jobs.empty_deleted", MINUTE, offset=35),
    Periodic("scheduled posts", "social.drafts.jobs.publish_due_drafts", MINUTE, offset=5),
    Periodic("polls", "social.polls.jobs.tell_ended_polls", MINUTE, offset=15),
    Periodic("push", "social.push.jobs.go_on", MINUTE, offset=25),
    Periodic("mails", "social.digest.jobs.send_due", 10 * MINUTE, offset=4 * MINUTE),
    Periodic("mutes", "social.follows.jobs.end_mutes", MINUTE, offset=50),
    Periodic("looks", "social.looks.jobs.end_due", MINUTE, offset=55),
    Periodic("imports", "social.imports.jobs.go_on", MINUTE, offset=20),
    Periodic("downloads and departures", "metya.members.jobs.tidy", HOUR, offset=53 * MINUTE),
    Periodic("decisions", "social.moderation.jobs.apply_decisions", 10),
    Periodic("evidence", "social.moderation.jobs.forget_evidence", DAY, offset=2 * HOUR + 11 * MINUTE),
    Periodic("fingerprints", "social.detection.jobs.forget_prints", DAY, offset=2 * HOUR + 19 * MINUTE),
    Periodic("liked together", "social.training.jobs.count_likes", DAY, offset=1 * HOUR + 27 * MINUTE),
    Periodic("votes on the model", "social.training.jobs.close_votes", 10 * MINUTE, offset=7 * MINUTE),
    Periodic("training", "social.training.jobs.train", DAY, offset=1 * HOUR + 57 * MINUTE),
    Periodic("chain", "rewards.chain.jobs.follow_chain", 5),
    Periodic("chain reconciliation", "rewards.chain.jobs.reconcile_chain", HOUR, offset=31 * MINUTE),
]
