import pytest

from social.groups import actions
from social.ranking.maths.features import FEATURES_VERSION, PLACE
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion


@pytest.fixture
def group(cole):
    """An open group."""
    return actions.write(actor=cole, key="long-reads", name="Long reads", about="Rather one long post.")


@pytest.fixture
def corrected():
    """A function that puts a model in use that has corrections: {key: {feature: by how much}}."""

    def put(**offsets):
        start = Weights.start()
        rows = {}
        for key, wanted in offsets.items():
            row = start.theta * 0
            for feature, more in wanted.items():
                row[PLACE[feature]] = more
            rows[key.replace("_", "-")] = row
        ModelVersion.objects.filter(state="champion").delete()
        text = Weights(start.theta, rows).to_json()
        return ModelVersion.objects.create(number=7, state="champion", weights=text, features_version=FEATURES_VERSION)

    return put
