from typing import ClassVar

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WalletsConfig(AppConfig):
    default = True
    name = "metya.wallets"
    label = "wallets"
    verbose_name = _("Members and wallets")
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "moderator": ["wallets.view_member", "wallets.view_wallet"],
        "senior": ["wallets.view_member", "wallets.view_wallet"],
        "reviewer": ["wallets.view_member", "wallets.view_wallet"],
        "manager": ["wallets.view_member"],
        "admin": ["wallets.view_member", "wallets.view_wallet"],
    }

    def ready(self) -> None:
        """Keep staff groups in line after migrations; note when a second factor comes or goes."""
        from metya.wallets import factors, roles

        post_migrate.connect(roles.sync, dispatch_uid="metya.wallets.roles")
        factors.connect()


class StaffAdminConfig(admin.AdminConfig):
    """Django's admin with our own front door."""

    default = False
    default_site = "metya.wallets.staff.StaffSite"
