"""Looking at what is new, trials, and forgetting what is not needed any more."""

from django_tasks import task

from social.detection import forgetting, looking_on, trials


@task()
def look_at_post(post_id: int) -> None:
    """Every detector that is switched on looks at a public post as it is now."""
    looking_on.look_at(post_id)


@task(priority=-10)
def run_trial(trial_id: int) -> None:
    """A detector looks back over the last week, and opens nothing."""
    trials.run(trial_id)


@task()
def look_at_rings(epoch: int) -> None:
    """The rings that the rewards flagged in an epoch."""
    looking_on.look_at_rings(epoch)


@task()
def forget_prints() -> None:
    """Fingerprints that no detector asks for any more, and matches of trials that are out of date."""
    forgetting.forget()
