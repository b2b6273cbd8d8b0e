"""Closes epoch 0 in a process of its own and kills it with SIGKILL at a step: python -m tests.rewards.epochs.killed STEP"""

import os
import signal
import sys

STEPS = ("frozen", "noted", "scored", "explained", "transferred", "rows", "booked", "attested")


def main(step: str) -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.EPOCHS_DIR = os.environ["EPOCHS_FOR_TEST"]
    from rewards import engine
    from rewards.epochs import actions, freezing
    from rewards.epochs.models import Epoch
    from rewards.payouts import preparing
    from tests.rewards import village

    places = {
        "frozen": (freezing, "freeze"),
        "noted": (actions, "_note_closed"),
        "scored": (engine, "write_result"),
        "explained": (engine, "write_explanations"),
        "transferred": (actions, "transfer_many"),
        "rows": (preparing, "add_rows"),
        "booked": (actions, "_book"),
        "attested": (actions, "attest"),
    }
    if step in places:
        module, name = places[step]
        whole = getattr(module, name)

        def dying(*args: object, **kwargs: object) -> object:
            answer = whole(*args, **kwargs)
            if name != "transfer_many" or answer:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(module, name, dying)
    actions.advance(Epoch.objects.get(pk=0), now=village.after(0))


if __name__ == "__main__":
    main(sys.argv[1])
