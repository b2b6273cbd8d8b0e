"""Going through imported files."""

from django_tasks import task

from social.imports import actions, reads
from social.imports.models import Import


@task()
def run(import_id: int) -> None:
    """Every row that is left."""
    one = Import.objects.select_related("member").filter(pk=import_id, finished_at=None).first()
    while one is not None and actions.step(one):
        pass


@task()
def go_on() -> None:
    """Take up those whose job was killed."""
    for pk in reads.unfinished():
        run.enqueue(pk)
