"""Files that come with a form and are not wanted: read past, kept nowhere."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest

_NOTE = "metya.dropped"
# Four pictures of the largest kind: a body beyond that is not read to its end.
MOST_BYTES = 4 * settings.IMAGE_MAX_BYTES


class DroppingUploadHandler(FileUploadHandler):
    """Drops every file, whatever its size, and notes on the request that there was one."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.request is not None:
            self.request.META[_NOTE] = True
            if int(self.request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
                raise StopUpload(connection_reset=True)
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        return None

    @staticmethod
    def dropped(request: HttpRequest) -> bool:
        """Whether a file came along; once the form was read."""
        return bool(request.META.get(_NOTE))
