"""Rings of a batch reach the moderators' detectors: each member once, with the epoch."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from rewards.payouts.flagged import Flagged
from rewards.payouts.models import Batch
from social.detection import looking_on, rings
from social.detection.models import Detector, Signal
from social.moderation.models import Case
from social.rules.models import Rule
from tests import make
from tests.rewards import village

pytestmark = pytest.mark.django_db


def test_a_ring_in_a_batch_opens_a_case_about_each_of_its_members():
    five = village.ring(0)
    village.close(0)
    jobs = DBTaskResult.objects.filter(task_path="social.detection.jobs.look_at_rings")
    assert [one.args_kwargs["args"] for one in jobs] == [[0]]
    (ring,) = Flagged().of_epoch(0)
    assert set(ring.members) == {one.pk for one in five} and ring.epoch == 0 and 90 <= ring.inside <= 100
    assert Flagged().of_epoch(1) == []
    assert rings.of_epoch(0) == [ring], "it is registered"
    batches = Batch.objects.filter(epoch=0)
    batches.update(created_at=timezone.now() - timedelta(days=8))
    assert rings.since(timezone.now() - timedelta(days=7)) == []
    batches.update(created_at=timezone.now())
    assert rings.since(timezone.now() - timedelta(days=7)) == [ring]

    assert looking_on.look_at_rings(0) == 0
    senior, rule = make.member(roles=("senior",)), Rule.objects.get(key="trading")
    Detector.objects.create(kind="ring", name="Rings", rule=rule, params={"days": 7}, active=True, changed_by=senior)
    assert looking_on.look_at_rings(0) == 5 and looking_on.look_at_rings(0) == 0
    assert set(Case.objects.filter(by_signal=True).values_list("member", flat=True)) == {one.pk for one in five}
    assert all("In epoch 0" in one.reason for one in Signal.objects.all())
