"""Two detectors that Ada, the administrator of the demo, tried and switched on, and the cases that they opened since."""

from datetime import timedelta

from metya.wallets.models import Member
from social.demo.planting import Planted
from social.detection import actions, looking_on, trials
from social.detection.models import Kind, Signal
from social.moderation.models import Case, due, ranked
from social.rules.models import Rule

_TRADED = ("like for like", "follow me and I follow you", "drop your handle", "I return all")
_COPIED = {"members": 3, "times": 3, "minutes": 60, "least": 30}
# So many cases, and how many minutes ago the first of them was opened.
_CASES = 4
_AGO = 50


def add(planted: Planted) -> None:
    """Each as anybody makes one; of what the trials found, a few posts are looked at as if they were new."""
    ada = Member.objects.get(handle="ada")
    found: list[int] = []
    for kind, name, rule, params in (
        (Kind.WORDS, "Offers to trade likes", "trading", {"phrases": list(_TRADED)}),
        (Kind.DUPLICATE, "The same text again", "spam", _COPIED),
    ):
        made = actions.make(actor=ada, kind=kind, name=name, rule=Rule.objects.get(key=rule))
        actions.change(actor=ada, detector=made, name=name, rule=made.rule, params=params)
        trial = actions.ask_trial(actor=ada, detector=made)
        trials.run(trial.pk)
        trial.refresh_from_db()
        actions.switch_on(actor=ada, detector=made)
        found += [match["post"] for match in trial.sample[:_CASES]]
    for post in found:
        looking_on.look_at(post)
    for place, case in enumerate(Case.objects.filter(by_signal=True).order_by("pk")):
        since = planted.community.now - timedelta(minutes=_AGO + 37 * place)
        by = due(case.queue, since)
        Signal.objects.filter(case=case).update(created_at=since)
        at = {"opened_at": since, "due_at": by, "rank_at": ranked(case.queue, by, case.priority)}
        Case.objects.filter(pk=case.pk).update(**at)
