"""Health of the site; metya.ops.middleware gives it its address."""

import logging

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from metya.ops import health

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part is up, 503 naming what is down; ``?only=database,jobs`` asks for some parts."""
    only = [part for part in request.GET.get("only", "").split(",") if part]
    if unknown := sorted(set(only) - health.names()):
        # A monitor that asks for a part that is not here must not hear that all is well.
        message = f"There is no part {', '.join(unknown)[:80]}; parts: {', '.join(sorted(health.names()))}."
        return JsonResponse({"code": "unknown-part", "message": message}, status=400)
    parts = health.report(only)
    down = [name for name, part in parts.items() if part.state == "down"]
    for name in down:
        logger.info("health: %s is down: %s", name, parts[name].detail)
    body: dict[str, object] = {"status": "down" if down else "ok"}
    body |= {name: part.state for name, part in parts.items()}
    if down:
        body["down"] = down
    return JsonResponse(body, status=503 if down else 200)
