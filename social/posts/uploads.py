"""Keeps oversized uploads out of memory and off the disk while the rest of the form is kept."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

# A body this many times the limit is not read to its end: the connection is closed.
HOPELESS = 8


class CappedUploadHandler(FileUploadHandler):
    """Drops a file as soon as it exceeds IMAGE_MAX_BYTES and notes so on the request (see ``oversized``)."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > settings.IMAGE_MAX_BYTES:
            if self.request is not None:
                self.request.META["metya.oversized"] = self.field_name or ""
                length = int(self.request.META.get("CONTENT_LENGTH") or 0)
                if length > HOPELESS * settings.IMAGE_MAX_BYTES:
                    raise StopUpload(connection_reset=True)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return None


def oversized(request: HttpRequest) -> str:
    """The name of the form field whose file was dropped; empty when none was."""
    return str(request.META.get("metya.oversized", ""))
