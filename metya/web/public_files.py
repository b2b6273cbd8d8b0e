"""Files that everybody may fetch to compute something again: the inputs of epochs, the records of training."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified

_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def public_file(request: HttpRequest, path: Path, tag: str, *, fixed: bool = True) -> HttpResponseBase:
    """The file as it is; 404 when it is gone. ``tag`` is another one whenever the content is; ``fixed``: it never changes."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": _FOREVER if fixed else "no-cache"}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponseNotModified(headers=headers)
    try:
        content = path.open("rb")
    except OSError as error:
        raise Http404 from error
    return FileResponse(content, content_type=_TYPES[path.suffix.removeprefix(".")], headers=headers)
