"""Staff roles are Django groups of the same names. Each app says in its AppConfig what they may do there:

    class SocialConfig(AppConfig):
        role_permissions = {"moderator": ["social.view_post", …], …}

An auditor's need no naming. After every migration the groups are made to hold exactly that. The admin role is a
superuser besides.
"""

from collections import defaultdict
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission

from metya.wallets.models import Member, Role


def wanted() -> dict[str, set[str]]:
    """Role → permission names (app.codename) that the apps ask for. Raises ValueError for a role that does not exist."""
    found: dict[str, set[str]] = defaultdict(set)
    for config in apps.get_app_configs():
        for role, names in getattr(config, "role_permissions", {}).items():
            if role not in Role.values:
                raise ValueError(f"{config.name}: {role!r} is not a role")
            found[role] |= set(names)
    # Auditors may look at whatever any other role may look at, and do nothing.
    found[Role.AUDITOR] |= {name for names in found.values() for name in names if ".view_" in name}
    return found


def duties_of(member: Member) -> list[str]:
    """What the apps tell a newcomer to each of the member's roles; one query."""
    mine = set(member.groups.values_list("name", flat=True))
    told = [getattr(config, "role_duties", {}) for config in apps.get_app_configs()]
    return [str(words) for duties in told for role, words in duties.items() if role in mine]


def missing() -> set[str]:
    """Permissions that an app asks for and that do not exist."""
    return {name for names in wanted().values() for name in names} - set(_permissions())


def sync(sender: AppConfig | None = None, using: str = "default", **_: Any) -> None:
    """Bring groups and their permissions in line; runs once, after the last app was migrated."""
    with_models = [config for config in apps.get_app_configs() if config.models_module is not None]
    if sender is not None and sender != with_models[-1]:
        return
    permissions, asked = _permissions(), wanted()
    for role in Role.values:
        group, _made = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set([permissions[name] for name in asked[role] if name in permissions])


def _permissions() -> dict[str, Permission]:
    rows = Permission.objects.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
