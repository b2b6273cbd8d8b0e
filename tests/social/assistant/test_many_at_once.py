"""Several members propose a style of one name at once."""

import pytest

from metya.web.errors import Invalid
from social.assistant import styling
from social.assistant.models import StyleCard
from tests import make
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_them_has_it():
    people = [make.member() for _ in range(5)]
    names = ["Terse", "terse", "TERSE", "Terse", "tErse"]

    def propose(place):
        try:
            return styling.propose(actor=people[place], name=names[place], instruction="Short")
        except Invalid as refused:
            assert refused.data["field"] == "name"
            return None

    found = at_once([lambda place=place: propose(place) for place in range(5)])
    assert len([one for one in found if one is not None]) == StyleCard.objects.count() == 1
