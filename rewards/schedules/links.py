"""Links in mails about exports: one to the file, which asks for a sign-in, one that ends the mails, which asks for nothing."""

from django.core import signing
from django.urls import reverse

from metya.web.absolute import absolute
from rewards.reports.links import sign
from rewards.reports.models import Export
from rewards.schedules.models import Schedule

_stops = signing.Signer(salt="rewards.schedules.stop")


def file_url(export: Export) -> str:
    """The file: for a day, for whoever asked for it, signed in and still allowed to."""
    return absolute(reverse("reports:export-file", args=[sign(export)]))


def stop_url(schedule: Schedule) -> str:
    return absolute(reverse("schedules:stop", args=[_stops.sign(f"{schedule.pk}.{schedule.key}")]))


def of_stop(token: str) -> Schedule | None:
    """The schedule whose mails a link ends; None for a link that is not of this site."""
    try:
        pk, _dot, key = _stops.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return Schedule.objects.kept().filter(pk=int(pk), key=key).first()
