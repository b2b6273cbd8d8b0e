"""The embedded server's application: pages and the live WebSocket in one process."""

import os

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metya.settings")
pages = get_asgi_application()

# These need the apps that get_asgi_application sets up.
from django.urls import get_resolver  # noqa: E402

from metya.ops import garbage, jobs  # noqa: E402
from social.live import frames  # noqa: E402
from social.live.consumers import live  # noqa: E402

frames.limit()
application = ProtocolTypeRouter({"http": pages, "websocket": live})

get_resolver().url_patterns  # noqa: B018 - loads the views now instead of with the first request
garbage.settle()

if settings.EMBEDDED_WORKER:
    jobs.start_thread()
