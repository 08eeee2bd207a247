"""The ObsUnitSets of a plan: which is a science goal, a group or a member OUS.

The root set is no OUS. A set that holds SBs is a member OUS at whatever depth; the sets
above it are its science goal and group OUS as far as the plan has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.readers.apdm import Documents, child, children, identity_of, key_of, state_of, text_of

SCIENCE_GOAL, GROUP, MEMBER = "science_goal", "group_ous", "member_ous"
DELETED = "Deleted"


@dataclass(slots=True, eq=False)
class PlannedSet:
    """An ObsUnitSet below the root, with its place in the tree."""

    element: Element
    above: "PlannedSet | None"
    key: str
    state: str
    below: list["PlannedSet"] = field(default_factory=list)
    kind: str = ""

    @property
    def part_id(self) -> str:
        return self.element.get("entityPartId", "")

    @property
    def name(self) -> str:
        return text_of(self.element, "name")

    @property
    def uid(self) -> str:
        """The status UID: the one that ALMA's users know an OUS by."""
        return identity_of(child(self.element, "OUSStatusRef"))

    @property
    def sched_block_refs(self) -> list[Element]:
        return list(children(self.element, "SchedBlockRef"))

    @property
    def is_deleted(self) -> bool:
        """Whether this set or any above it is superseded."""
        return self.state == DELETED or (self.above is not None and self.above.is_deleted)

    def nearest(self, kind: str) -> "PlannedSet | None":
        """Answer the closest set above of that kind."""
        above = self.above
        while above is not None and above.kind != kind:
            above = above.above
        return above


def planned_sets(root: Element, documents: Documents, goal_parts: set[str]) -> list[PlannedSet]:
    """Answer all sets below the root in document order, each with its kind.

    ``goal_parts`` are the part ids that ScienceGoal elements refer to.
    """
    found: list[PlannedSet] = []
    _collect(root, None, documents, found)
    for planned in found:
        planned.kind = _kind(planned, goal_parts)
    return [planned for planned in found if planned.kind]


def _collect(
    parent: Element, above: PlannedSet | None, documents: Documents, found: list[PlannedSet]
) -> None:
    for element in children(parent, "ObsUnitSet"):
        status = documents.get("OUSStatus", key_of(child(element, "OUSStatusRef")))
        state = state_of(status, element)
        planned = PlannedSet(element, above, f"ous-{len(found) + 1}", state)
        found.append(planned)
        if above is not None:
            above.below.append(planned)
        _collect(element, planned, documents, found)


def _kind(planned: PlannedSet, goal_parts: set[str]) -> str:
    """Answer the level of a set; "" for one that stands between the known levels.

    Sets come from the top down, so the level of the one above is known.
    """
    if planned.sched_block_refs:
        return MEMBER
    depth = len(list(_above(planned)))
    if depth >= 2:
        return "" if planned.below else MEMBER
    if depth == 1:
        is_lowest = planned.above is not None and planned.above.kind == GROUP
        return MEMBER if is_lowest or _is_named(planned, "Member") else GROUP
    return _outermost_kind(planned, goal_parts)


def _outermost_kind(planned: PlannedSet, goal_parts: set[str]) -> str:
    has_group_below = any(set_.below and not set_.sched_block_refs for set_ in planned.below)
    if has_group_below or planned.part_id in goal_parts:
        return SCIENCE_GOAL
    if _is_named(planned, "Member") and not planned.below:
        return MEMBER
    return GROUP if _is_named(planned, "Group") else SCIENCE_GOAL


def _above(planned: PlannedSet) -> Iterator[PlannedSet]:
    above = planned.above
    while above is not None:
        # A set that holds SBs is a member OUS, no level of its own above another.
        if not above.sched_block_refs:
            yield above
        above = above.above


def _is_named(planned: PlannedSet, start: str) -> bool:
    return planned.name.lower().startswith(start.lower())
