"""Previews are fetched from the web of the tests."""

import pytest

from social.previews import actions
from tests.social.outgoing.conftest import Web, _servers, web  # noqa: F401


@pytest.fixture(autouse=True)
def _previews_of_it(request, monkeypatch):
    if "web" in request.fixturenames:
        monkeypatch.setattr(actions, "fetcher", request.getfixturevalue("web").fetcher)
