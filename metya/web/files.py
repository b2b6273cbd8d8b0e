"""Addresses of uploaded files."""

from django.db.models.fields.files import FieldFile

_known: dict[tuple[str, str], str] = {}
_MOST = 50_000


def url_of(file: FieldFile) -> str:
    """The address, remembered by the file's name: pages show the same faces again and again."""
    key = (str(getattr(file.storage, "base_url", "")), file.name or "")
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = file.url
    return found
