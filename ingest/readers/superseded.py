"""What a plan has left behind: Deleted trees and SBs that nothing refers to.

They are neither stored nor rejected, only counted, each thing once however many
documents tell of it.
"""

from collections import Counter
from collections.abc import Iterable

from ingest.readers.apdm import Documents, child, children, key_of, state_of
from ingest.readers.plan import DELETED, GROUP, MEMBER, SCIENCE_GOAL, PlannedSet

SCHED_BLOCK = "sched_block"


class StatusTree:
    """The OUSStatus and SBStatus documents of one project, by their references."""

    def __init__(self, documents: Documents, root_key: str) -> None:
        self.ous = documents.all("OUSStatus")
        self.sched_blocks = documents.all("SBStatus")
        self.root_key = root_key
        self.above = dict(self._parents())

    def _parents(self) -> Iterable[tuple[str, str]]:
        for key, status in (*self.ous.items(), *self.sched_blocks.items()):
            if container := key_of(child(status, "ContainingObsUnitSetRef")):
                yield key, container
        for key, status in self.ous.items():
            for name in ("OUSStatusRef", "SBStatusRef"):
                for reference in children(status, name):
                    yield key_of(reference), key

    def chain(self, key: str) -> list[str]:
        """Answer a status and those above it, up to the root."""
        chain: list[str] = []
        while key and key not in chain:
            chain.append(key)
            key = self.above.get(key, "")
        return chain

    def is_deleted(self, key: str) -> bool:
        """Whether a status or any above it is Deleted."""
        documents = (self.ous.get(k) or self.sched_blocks.get(k) for k in self.chain(key))
        return any(state_of(status, None) == DELETED for status in documents)

    def kind(self, key: str) -> str:
        """Answer the level that an OUSStatus stands on."""
        if child(self.ous[key], "SBStatusRef") is not None:
            return MEMBER
        depth = len([k for k in self.chain(key) if k != self.root_key])
        return {1: SCIENCE_GOAL, 2: GROUP}.get(depth, MEMBER)


def count_superseded(
    documents: Documents,
    tree: StatusTree,
    planned: list[PlannedSet],
    living: set[str],
    dead: set[str],
) -> Counter[str]:
    """Count what is left behind, by kind.

    ``living`` and ``dead`` are the keys of the plan's own SBs.
    """
    found: dict[str, set[str]] = {SCIENCE_GOAL: set(), GROUP: set(), MEMBER: set()}
    for ous in planned:
        if ous.is_deleted:
            found[ous.kind].add(_key(ous))
    known = {_key(ous) for ous in planned} | {tree.root_key}
    for key in tree.ous.keys() - known:
        if tree.is_deleted(key):
            found[tree.kind(key)].add(key)
    left = (dead | set(_left_sched_blocks(documents, tree))) - living
    return Counter({kind: len(keys) for kind, keys in {**found, SCHED_BLOCK: left}.items() if keys})


def _left_sched_blocks(documents: Documents, tree: StatusTree) -> Iterable[str]:
    yield from documents.all("SchedBlock")
    for key, status in tree.sched_blocks.items():
        if tree.is_deleted(key):
            yield key_of(child(status, "SchedBlockRef")) or key


def _key(ous: PlannedSet) -> str:
    return key_of(child(ous.element, "OUSStatusRef")) or ous.key
