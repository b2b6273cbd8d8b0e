"""Marks on views."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required

V = TypeVar("V", bound=Callable[..., Any])


def public(view: V) -> V:
    """Open to visitors who are not signed in; a test pins the list of such views."""
    marked: V = login_not_required(view)
    return marked
