"""The living world as data: what each project of the NA PI is there to show."""

from snoopi.demo.plans import Tie
from snoopi.demo.stories_delivery import DELIVERY
from snoopi.demo.stories_observing import OBSERVING
from snoopi.demo.story import DELEGEE

STORIES = (*OBSERVING, *DELIVERY)

# The large programme: four member OUSs for each of 38 clouds, from the first to the last.
LARGE_NUMBER = 90111
LARGE_TITLE = "A census of dense cores in one cloud"
LARGE_CLOUDS = 38
LARGE_ARRAYS = (("12m", "C-4"), ("12m", "C-1"), ("7m", ""), ("TP", ""))
LARGE_TIES = (Tie(username="coi", role="COPI"), DELEGEE)
# so many member OUSs, in this state, for about so many days
LARGE_STATES: tuple[tuple[int, str, float], ...] = (
    (48, "Delivered", 60),
    (2, "Verified", 2),
    (2, "Reviewing", 4),
    (3, "ReadyForReview", 5),
    (5, "Processing", 6),
    (1, "ProcessingProblem", 9),
    (4, "ReadyForProcessing", 4),
    (7, "FullyObserved", 2),
    (20, "PartiallyObserved", 12),
    (60, "Ready", 60),
)
