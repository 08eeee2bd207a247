"""What staff decide about problem reports, as the doors hand it to the services."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from deliveries.services.investigations import (
    abort_investigation,
    close_investigation,
    fail_and_observe,
    fix_problem,
    open_investigation,
)
from qa.problems import Act
from qa.services.problems import answer_problem, dismiss_problem

ACTS: Mapping[Act, Callable[..., Any]] = MappingProxyType(
    {
        Act.ANSWER: answer_problem,
        Act.DISMISS: dismiss_problem,
        Act.INVESTIGATE: open_investigation,
        Act.ABORT: abort_investigation,
        Act.FIX: fix_problem,
        Act.FAIL: fail_and_observe,
        Act.CLOSE: close_investigation,
    }
)
