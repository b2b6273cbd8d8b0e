"""Periodic work of payouts, and what a reviewer asks to be computed."""

from django_tasks import task

from rewards.payouts import publishing, simulating


@task()
def follow_publication() -> None:
    """Note which roots wait on the chain, and finish what an interrupted approval left to do."""
    publishing.note_submitted()
    publishing.finish_interrupted()


@task()
def simulate(simulation_id: int) -> None:
    """Compute what everybody would have got without a ring."""
    simulating.run(simulation_id)
