"""Downloads and erasures, which nobody waits for."""

from django_tasks import task

from metya.members import departures, downloads
from metya.members.languages import speaking_to
from metya.members.models import Departure, Download

# A job takes a bounded time; what is left is taken up by the next.
PIECES = 100


@task()
def make_download(download_id: int) -> None:
    """Write one member's data into a file."""
    found = Download.objects.select_related("member").filter(pk=download_id).first()
    if found is not None:
        with speaking_to(found.member):
            downloads.make(found)


@task()
def tidy() -> None:
    """Forget downloads that are over; begin, or take up, the erasures that are due."""
    downloads.forget()
    for pk in Departure.objects.due().order_by("due_at").values_list("pk", flat=True):
        erase.enqueue(pk)


@task()
def erase(member_id: int) -> None:
    """Erase one member, piece by piece."""
    departure = Departure.objects.select_related("member").filter(pk=member_id).first()
    if departure is None:
        return
    for _piece in range(PIECES):
        if not departures.erase(departure):
            return
    erase.enqueue(member_id)
