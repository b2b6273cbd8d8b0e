"""What runs, and is killed, in test_kill.py: `python -m tests.kill_roles prepare|hammer …` with the site's environment set."""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import OperationalError, connection  # noqa: E402

from metya.wallets.models import Member  # noqa: E402
from rewards.ledger import accounts  # noqa: E402
from rewards.ledger.actions import transfer  # noqa: E402
from social.interactions.models import Interaction  # noqa: E402
from tests import make  # noqa: E402

FIRST, SECOND = (accounts.owed("0x" + digit * 40) for digit in "ab")
START = 1_000_000


def session_of(member: Member) -> str:
    """A signed-in session, as the browser's cookie value."""
    session = SessionStore()
    session["_auth_user_id"] = str(member.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = member.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def prepare(out: Path) -> None:
    """Members with a past of four days, a session each for two of them, and two funded accounts."""
    people = [make.member(f"person{number}") for number in range(12)]
    dice = random.Random(7)
    now = datetime.now(UTC)
    for number in range(400):
        source, target = dice.sample(people, 2)
        post = make.post(target, f"past {number}")
        Interaction.objects.create(
            source=source, target=target, kind="like", post=post, at=now - timedelta(hours=dice.randrange(20, 90))
        )
    for account in (FIRST, SECOND):
        transfer(source=accounts.EMISSION, target=account, amount=START, key=f"start {account}")
    out.write_text(json.dumps([session_of(person) for person in people[:2]]))


def hammer(log: Path, seed: int) -> None:
    """Move single grains to and fro for ever; a key is written to the log only after its transfer was committed."""
    dice = random.Random(seed)
    with log.open("a") as file:
        for number in range(10**9):
            pair = (FIRST, SECOND) if dice.random() < 0.5 else (SECOND, FIRST)
            key = f"hammer {seed} {number}"
            while True:
                try:
                    transfer(source=pair[0], target=pair[1], amount=1, key=key)
                    break
                except OperationalError:
                    connection.close()
            file.write(key + "\n")
            file.flush()


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(Path(sys.argv[2]))
    else:
        hammer(Path(sys.argv[2]), int(sys.argv[3]))
