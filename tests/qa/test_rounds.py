"""The rounds of review that a log tells of."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from qa.rounds import Span, Step, spans

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(number):
    return T0 + timedelta(days=number)


def log(*states):
    pairs = pairwise(states)
    return [Step(number, frm, to, at(number)) for number, (frm, to) in enumerate(pairs, 1)]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("Ready", "PartiallyObserved", "Ready"), []),
        (("FullyObserved", "ReadyForProcessing", "PartiallyObserved"), []),
        (("Processing", "ProcessingProblem", "ReadyForProcessing"), []),
        (("ReadyForReview", "Reviewing"), [Span(None, at(1))]),
        (("ReadyForReview", "Reviewing", "ReadyForReview", "Reviewing"), [Span(None, at(1))]),
        (("ReadyForReview", "Reviewing", "Verified", "Reviewing"), [Span(None, at(1))]),
        (
            ("ReadyForReview", "Reviewing", "ReadyForProcessing", "Processing"),
            [Span(None, at(1), at(2)), Span(2, at(2))],
        ),
        (
            ("Reviewing", "PartiallyObserved", "FullyObserved"),
            [Span(None, at(1), at(1)), Span(1, at(1))],
        ),
        (
            ("Verified", "DeliveryInProgress", "Verified", "DeliveryInProgress", "Delivered"),
            [Span(None, at(1))],
        ),
        (
            ("Delivered", "QA3InProgress", "ReadyForProcessing", "Processing", "ReadyForReview"),
            [Span(None, at(1), at(2)), Span(2, at(2))],
        ),
        (
            ("Reviewing", "Ready", "PartiallyObserved", "Reviewing", "ReadyForProcessing"),
            [Span(None, at(1), at(1)), Span(1, at(1), at(4)), Span(4, at(4))],
        ),
    ],
)
def test_rounds_end_where_a_review_leads_back(states, expected):
    assert spans(log(*states)) == expected


def test_step_that_was_told_too_late_begins_no_round():
    told_late = Step(9, "Reviewing", "ReadyForProcessing", at(-9))
    known = log("ReadyForReview", "Reviewing", "Verified", "Delivered")

    assert spans([*known, told_late]) == spans(known) == [Span(None, at(1))]
