"""A community whose assistant asks a server of this test."""

import pytest

from social.assistant import endpoint
from social.assistant.models import AssistantConfig, CardState, StyleCard
from social.outgoing.streaming import Caller
from social.profiles.models import Profile
from tests import make
from tests.social.assistant.speaking import Speaker

KEY = "sk-nobody-may-read-this"


@pytest.fixture(scope="session")
def _speaker():
    made = Speaker()
    yield made
    made.stop()


@pytest.fixture
def speaker(_speaker, settings, monkeypatch):
    _speaker.__dict__.update(asked=[], headers=[], paths=[])
    from tests.social.assistant.speaking import streaming

    _speaker.answer = streaming("We met at the pond and stood for two hours, without any bench at all.")
    settings.ASSISTANT_URLS, settings.ASSISTANT_KEY = [_speaker.origin], KEY
    monkeypatch.setattr(endpoint, "caller", Caller("test"))
    return _speaker


@pytest.fixture
def config(db, speaker) -> AssistantConfig:
    return AssistantConfig.objects.create(
        pk=1, on=True, endpoint=f"{speaker.origin}/v1", model="small", seconds=5, price_in=100, price_out=300
    )


def wants(member, **fields):
    Profile.objects.filter(member=member).update(uses_assistant=True, **fields)
    member.refresh_from_db()
    member.profile.refresh_from_db()
    return member


def style(author, name="Short", state=CardState.IN_USE, **fields):
    fields.setdefault("instruction", f"{name}: as it is called.")
    return StyleCard.objects.create(author=author, name=name, state=state, **fields)


@pytest.fixture
def writer(alice):
    return wants(alice)


@pytest.fixture
def styles(db):
    author = make.member("wren")
    return [style(author, name) for name in ("Terse", "Merry", "Solemn")]
