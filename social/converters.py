"""What may stand in an address: ids that fit the database, handles, hashtags."""

from django.urls import register_converter
from django.urls.converters import get_converters


class IdConverter:
    """A positive number that fits a signed 64-bit column."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class HandleConverter:
    """A handle as people type it; lower case is the stored form."""

    regex = "[A-Za-z][A-Za-z0-9_]{2,29}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TagConverter:
    """A hashtag without the #; control characters, which PostgreSQL would not even compare, are in none."""

    regex = r"[^/\x00-\x1f\x7f]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    """Make them known to ``path``, before addresses of the social part are read; twice is harmless."""
    for name, converter in (("id", IdConverter), ("handle", HandleConverter), ("tag", TagConverter)):
        if name not in get_converters():
            register_converter(converter, name)
