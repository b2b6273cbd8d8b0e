"""Where pictures of posts are kept: with the public media when the post is for everyone, else in the private store."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage

from metya.web.private import private_storage

# The beginning of the names of those in the private store.
PRIVATE = "private-posts/"


class PictureStorage(Storage):
    """Both stores behind one field: the beginning of a name says which holds it. Private files have no address."""

    def __init__(self) -> None:
        self._private = private_storage()

    def _of(self, name: str | None) -> Any:
        return self._private if (name or "").startswith(PRIVATE) else default_storage

    def open(self, name: str, mode: str = "rb") -> "File[Any]":
        found: File[Any] = self._of(name).open(name, mode)
        return found

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return str(self._of(name).save(name, content, max_length))

    def delete(self, name: str) -> None:
        self._of(name).delete(name)

    def exists(self, name: str) -> bool:
        return bool(self._of(name).exists(name))

    def size(self, name: str) -> int:
        return int(self._of(name).size(name))

    def url(self, name: str | None) -> str:
        return str(self._of(name).url(name))

    def path(self, name: str) -> str:
        return str(self._of(name).path(name))


def picture_storage() -> PictureStorage:
    """The stores of this installation."""
    return PictureStorage()


def copied(name: str, to: str) -> str:
    """Copy a file to another name, which may be in the other store; the name it got. Raises FileNotFoundError."""
    storage = picture_storage()
    with storage.open(name) as file:
        return storage.save(to, file)
