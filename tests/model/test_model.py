"""Random orders of all that may happen: no illegal step, and an audit that is clean after each.

``MODEL_EXAMPLES`` and ``MODEL_STEPS`` in the environment make it longer, and random.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.observatory import ObservatoryMachine

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "3"))
STEPS = int(os.environ.get("MODEL_STEPS", "15"))
IS_LONG = "MODEL_EXAMPLES" in os.environ


@pytest.mark.django_db
def test_whatever_happens_all_agrees():
    run_state_machine_as_test(
        ObservatoryMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not IS_LONG,
            deadline=None,
            database=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
