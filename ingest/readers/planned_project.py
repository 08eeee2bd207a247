"""One ObsProject document and all that it refers to, as one bundle."""

from collections import Counter
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ingest.readers.apdm import Documents, child, children, key_of, state_of
from ingest.readers.asked import asked_of_goal
from ingest.readers.plan import DELETED, GROUP, MEMBER, SCIENCE_GOAL, PlannedSet, planned_sets
from ingest.readers.planned_record import project_record, project_status
from ingest.readers.sched_blocks import sched_block_record
from ingest.readers.superseded import StatusTree, count_superseded
from ingest.records import (
    Asked,
    MemberRecord,
    OUSRecord,
    ProjectBundle,
    Rejected,
    SchedBlockRecord,
    merged,
)


@dataclass(frozen=True, slots=True)
class _PlannedBlock:
    """A reference to an SB, and the set that it stands in (None: the root itself)."""

    reference: Element
    member: PlannedSet | None

    @property
    def key(self) -> str:
        return key_of(self.reference)

    @property
    def is_deleted(self) -> bool:
        return self.member is not None and self.member.is_deleted


class PlanReading:
    """Reads one project of a set of documents; ``rejected`` fills while it does."""

    def __init__(self, project: Element, documents: Documents) -> None:
        self.rejected: list[Rejected] = []
        self._project, self._documents = project, documents
        program = child(project, "ObsProgram")
        self._root = child(program, "ObsPlan")
        self._goals = dict(_goals(program))
        self._seen: set[tuple[str, str]] = set()

    def bundle(self) -> ProjectBundle:
        """Answer the project with its living sets and SBs, and count the others."""
        sets = self._sets()
        if self._is_deleted():
            return self._left_behind(sets)
        living = [planned for planned in sets if not planned.is_deleted]
        blocks = self._blocks(sets)
        dead = {block.key for block, record in blocks if record is None}
        superseded = self._superseded(sets, blocks, dead)
        records = tuple(record for _, record in blocks if record is not None)
        part_ids = [planned.part_id for planned in sets] + [block.key for block, _ in blocks]
        return ProjectBundle(
            project=project_record(self._project, self._documents, part_ids),
            science_goals=tuple(self._ous(ous) for ous in living if ous.kind == SCIENCE_GOAL),
            group_ous=tuple(self._ous(ous) for ous in living if ous.kind == GROUP),
            member_ous=tuple(
                self._member(ous, [r for r in records if r.member == ous.key])
                for ous in living
                if ous.kind == MEMBER
            ),
            sched_blocks=records,
            superseded=superseded,
        )

    def _sets(self) -> list[PlannedSet]:
        if self._root is None:
            return []
        return planned_sets(self._root, self._documents, set(self._goals))

    def _is_deleted(self) -> bool:
        status = project_status(self._project, self._documents)
        root_status = self._documents.get("OUSStatus", self._root_key())
        return DELETED in (state_of(status, self._project), state_of(root_status, self._root))

    def _root_key(self) -> str:
        return key_of(child(self._root, "OUSStatusRef"))

    def _blocks(
        self, sets: list[PlannedSet]
    ) -> list[tuple[_PlannedBlock, SchedBlockRecord | None]]:
        """Pair every reference to an SB with its record; None where that is Deleted."""
        planned = [_PlannedBlock(ref, None) for ref in children(self._root, "SchedBlockRef")]
        planned += [_PlannedBlock(ref, ous) for ous in sets for ref in ous.sched_block_refs]
        found: list[tuple[_PlannedBlock, SchedBlockRecord | None]] = []
        for number, block in enumerate(planned, 1):
            record = self._block_record(block, f"sched-block-{number}")
            if block.is_deleted or record.state == DELETED:
                found.append((block, None))
            elif self._is_first("SB", block.key) and self._is_named(record, block):
                found.append((block, record))
        return found

    def _block_record(self, block: _PlannedBlock, key: str) -> SchedBlockRecord:
        member = block.member.key if block.member is not None else ""
        return sched_block_record(block.reference, self._documents, key=key, member=member)

    def _is_named(self, record: SchedBlockRecord, block: _PlannedBlock) -> bool:
        """Whether an SB can be told from others; a missing document is reported."""
        if self._documents.get("SchedBlock", block.key) is None:
            reason = "The plan refers to it, but its document is missing."
            self.rejected.append(Rejected(f"SB {block.key or 'without a UID'}", reason))
        return bool(record.uid or record.name)

    def _is_first(self, kind: str, key: str) -> bool:
        """Whether a key is new; what a plan refers to twice keeps its first place."""
        if key and (kind, key) in self._seen:
            reason = "The plan refers to it twice; its first place is kept."
            self.rejected.append(Rejected(f"{kind} {key}", reason))
            return False
        self._seen.add((kind, key))
        return True

    def _ous(self, planned: PlannedSet) -> OUSRecord:
        above = planned.nearest(SCIENCE_GOAL)
        return OUSRecord(
            key=planned.key,
            uid=self._uid(planned),
            part_id=planned.part_id,
            name=planned.name,
            state=planned.state,
            parent=above.key if above is not None else "",
            asked=self._goals.get(planned.part_id),
        )

    def _member(self, planned: PlannedSet, blocks: list[SchedBlockRecord]) -> MemberRecord:
        group, science_goal = planned.nearest(GROUP), planned.nearest(SCIENCE_GOAL)
        first = blocks[0] if blocks else None
        frequencies = {block.rep_freq_ghz for block in blocks}
        return MemberRecord(
            key=planned.key,
            uid=self._uid(planned),
            part_id=planned.part_id,
            name=planned.name,
            group=group.key if group is not None else "",
            science_goal=science_goal.key if science_goal is not None else "",
            state=planned.state,
            bands=tuple(sorted({band for block in blocks for band in block.bands})),
            array="+".join(sorted({block.array for block in blocks} - {""})),
            target_names=merged(name for block in blocks for name in block.target_names),
            ra_deg=first.ra_deg if first else None,
            dec_deg=first.dec_deg if first else None,
            rep_freq_ghz=frequencies.pop() if len(frequencies) == 1 else None,
            asked=self._goals.get(planned.part_id),
        )

    def _uid(self, planned: PlannedSet) -> str:
        uid = planned.uid
        return uid if uid and self._is_first("OUS", uid) else ""

    def _superseded(
        self,
        sets: list[PlannedSet],
        blocks: list[tuple[_PlannedBlock, SchedBlockRecord | None]],
        dead: set[str],
    ) -> Counter[str]:
        tree = StatusTree(self._documents, self._root_key())
        living = {block.key for block, record in blocks if record is not None}
        return count_superseded(self._documents, tree, sets, living, dead)

    def _left_behind(self, sets: list[PlannedSet]) -> ProjectBundle:
        counts = Counter(planned.kind for planned in sets)
        refs = {key_of(ref) for ous in sets for ref in ous.sched_block_refs}
        counts["sched_block"] = len(refs | set(self._documents.all("SchedBlock")))
        counts["project"] = 1
        return ProjectBundle(project=None, superseded=+counts)


def _goals(program: Element | None) -> list[tuple[str, Asked]]:
    found = []
    for goal in children(program, "ScienceGoal"):
        reference = child(goal, "ObsUnitSetRef")
        if reference is not None and reference.get("partId"):
            found.append((reference.get("partId", ""), asked_of_goal(goal)))
    return found
