"""Epochs, parameters and seeds as staff see them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from rewards.epochs.models import Epoch, Parameters, Seed
from social.templatetags.metya import met


@admin.register(Epoch)
class EpochAdmin(ReadOnlyAdmin):
    purpose = _("One day in UTC each: its state, its pool, and how many were paid.")
    list_display = ("number", "state", "starts_at", "pool_met", "members_paid", "active", "reach_bp", "carry_met")
    list_filter = ("state",)
    ordering = ("-number",)
    show_full_result_count = False

    @admin.display(description=_("pool"), ordering="pool")
    def pool_met(self, epoch: Epoch) -> str:
        return met(epoch.pool)

    @admin.display(description=_("carried"), ordering="carry_out")
    def carry_met(self, epoch: Epoch) -> str:
        return met(epoch.carry_out)


@admin.register(Parameters)
class ParametersAdmin(ReadOnlyAdmin):
    purpose = _("The numbers that the rules work with, and from which epoch on they count.")
    list_display = ("from_epoch", "created_at")
    ordering = ("-from_epoch",)


@admin.register(Seed)
class SeedAdmin(ReadOnlyAdmin):
    purpose = _("Members from whom trust starts. Without any, it is the founders.")
    list_display = ("member", "from_epoch", "until_epoch", "note")
    list_select_related = ("member",)
    ordering = ("-from_epoch", "pk")
