"""lara labels; carol, who follows nobody, writes; ines reads and follows the labels of lara."""

import pytest

from social.labels import actions
from social.labels.models import Label
from tests import make


@pytest.fixture
def lara(db):
    return make.member("lara", roles=("labeller",))


@pytest.fixture
def satire(db) -> Label:
    return Label.objects.create(slug="satire", name="Satire", about="Not meant as it is said.")


@pytest.fixture
def spoiler(db) -> Label:
    return Label.objects.create(slug="spoiler", name="Spoiler", about="Tells how it ends.", usual="warn")


@pytest.fixture
def ines(db, lara):
    person = make.member("ines")
    actions.choose(actor=person, follow=[lara.pk], choices={})
    return person
