"""The site with COUNT members who follow one author: python -m tests.bench.live.site PORT COUNT daphne|uvicorn

Prints one session cookie a line, then ``ready``; each line of input publishes one post, answered by the moment it was done.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from metya.asgi import application  # noqa: E402
from metya.wallets.models import Member  # noqa: E402
from social.follows.models import Follow  # noqa: E402
from social.live import publish  # noqa: E402
from social.posts.models import Post  # noqa: E402
from tests.bench.filling import sessions  # noqa: E402


def populate(count: int) -> tuple[Member, list[str]]:
    """The author, and the session keys of the followers."""
    call_command("migrate", verbosity=0)
    handles = ["author", *(f"member{number}" for number in range(count))]
    Member.objects.bulk_create(Member(handle=handle, onboarded_at=timezone.now()) for handle in handles)
    author, *followers = Member.objects.order_by("pk")
    Follow.objects.bulk_create(Follow(source=member, target=author) for member in followers)
    return author, sessions(followers)


def obey(author: Member) -> None:
    """Publish a post for each line that comes in."""
    number = 1_000_000
    for _ in sys.stdin:
        number += 1
        began = time.monotonic()
        publish.feed(Post(pk=number, author=author))
        print(began, flush=True)


def serve_daphne(port: int, ready: Callable[[], None]) -> None:
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    endpoints = build_endpoint_description_strings(host="127.0.0.1", port=port)
    Server(application, endpoints=endpoints, ready_callable=ready, verbosity=0).run()


def serve_uvicorn(port: int, ready: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, *args: Any, **kwargs: Any) -> None:
            await super().startup(*args, **kwargs)
            ready()

    options = {"lifespan": "off", "log_level": "error", "access_log": False, "ws_max_size": 65_536}
    Server(uvicorn.Config(application, port=port, **options)).run()


def main(port: int, count: int, server: str) -> None:
    author, keys = populate(count)
    for key in keys:
        print(f"{settings.SESSION_COOKIE_NAME}={key}")

    def ready() -> None:
        print("ready", flush=True)
        threading.Thread(target=obey, args=(author,), daemon=True).start()

    {"daphne": serve_daphne, "uvicorn": serve_uvicorn}[server](port, ready)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
