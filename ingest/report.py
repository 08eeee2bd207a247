"""What a load did, as the command prints it and the job keeps it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest.records import Rejected

KINDS = (
    "project",
    "science_goal",
    "group_ous",
    "member_ous",
    "sched_block",
    "exec_block",
    "product_file",
    "pipeline_run",
    "calibration",
)


@dataclass(slots=True)
class Report:
    """Counts by kind, and the records that were refused."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    superseded: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Take over what another load did."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.superseded += other.superseded
        self.rejected += other.rejected

    def reject(self, record: str, reason: str) -> None:
        """Note one refused record."""
        self.rejected.append(Rejected(record, reason))

    def counts(self) -> dict[str, dict[str, int]]:
        """The counts alone, kinds in the project's order."""
        tables = {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "superseded": self.superseded,
        }
        return {
            name: {kind: table[kind] for kind in KINDS if table[kind]}
            for name, table in tables.items()
        }

    def as_json(self) -> dict[str, Any]:
        """The whole report, rejected records included."""
        rejected = [{"record": row.record, "reason": row.reason} for row in self.rejected]
        return {**self.counts(), "rejected": rejected}
