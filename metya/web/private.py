"""Files that are not for everybody: beside the public media, never among it. They have no address but that of a view, which
judges anew who asks."""

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import Http404, HttpResponse


class PrivateStorage(FileSystemStorage):
    """Files without an address."""

    def url(self, name: str | None) -> str:
        raise ValueError("A private file has no address; the view of its feature serves it.")


def private_storage() -> PrivateStorage:
    """The store of this installation, below DATA_DIR."""
    return PrivateStorage(location=settings.PRIVATE_ROOT)


def private_picture(stored: Any) -> HttpResponse:
    """The WebP file of a field as an answer that no cache keeps; 404 when it is gone. Judge who asks first."""
    try:
        with stored.open("rb") as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(data, content_type="image/webp", headers={"Cache-Control": "private, no-store"})
