"""The rules as they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from social.rules.models import Rule, RuleVersion


@dataclass(frozen=True)
class Worded:
    """A rule with its wording in force."""

    rule: Rule
    version: RuleVersion


def in_force() -> list[Worded]:
    """The active rules in their order; two queries."""
    return _worded(Rule.objects.active().worded())


def every() -> list[Worded]:
    """All rules in their order, those out of force too; two queries."""
    return _worded(Rule.objects.worded())


def _worded(rules: Iterable[Rule]) -> list[Worded]:
    found = [(rule, rule.newest) for rule in rules]  # type: ignore[attr-defined]
    versions = RuleVersion.objects.select_related("rule").in_bulk([newest for _rule, newest in found])
    return [Worded(rule, versions[newest]) for rule, newest in found]
