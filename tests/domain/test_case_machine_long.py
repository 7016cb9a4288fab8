"""The same machine for longer: two thousand lives of a case (`make trials`)."""

import pytest
from hypothesis import HealthCheck, settings

from tests.domain.test_case_machine import Story


class _Long(Story):
    """A machine of its own, so that its settings are."""


TestLongStory = _Long.TestCase
TestLongStory.pytestmark = [pytest.mark.trials]
TestLongStory.settings = settings(
    max_examples=2000,
    stateful_step_count=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
