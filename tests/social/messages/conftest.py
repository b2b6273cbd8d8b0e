"""People who write to each other, and pictures to send."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from social.messages import actions
from social.messages.models import Participant
from tests import make


@pytest.fixture
def dana(db):
    return make.member("dana")


@pytest.fixture
def friends(alice, bob):
    """alice and bob follow each other."""
    make.follow(alice, bob)
    return alice, bob


@pytest.fixture
def talk(friends):
    """The accepted conversation of alice and bob, begun by alice."""
    alice, bob = friends
    return actions.start(actor=alice, people=[bob], text="Hello Bob")


@pytest.fixture
def group(friends, carol):
    """alice, bob and carol, all of them in it; carol was a stranger and accepted."""
    alice, bob = friends
    made = actions.start(actor=alice, people=[bob, carol], text="Hello both")
    actions.accept(actor=carol, conversation=made)
    return made


@pytest.fixture
def picture():
    """A function that makes an upload."""

    def upload(name="x.png"):
        out = io.BytesIO()
        Image.new("RGB", (40, 30), "teal").save(out, "PNG")
        return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")

    return upload


@pytest.fixture
def place():
    """A function: the row of a member in a conversation, as it stands now."""

    def row(member, conversation):
        return Participant.objects.get(member=member, conversation=conversation)

    return row
