"""Reads of how long things stay in a stage, and their computation from the event log."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db import connection, models

from projects.querysets.project import Viewer, is_staff_viewer
from projects.states import Level

if TYPE_CHECKING:
    from projects.models import StageAge

# Fewer stays than this say nothing about the next one, and something about single projects.
FEWEST_STAYS = 20
# A thing first seen without a date bears the moment of its reading: nobody knows since when.
UNDATED_S = 3600


class StageAgeQuerySet(models.QuerySet["StageAge"]):
    """How long things of a cycle stay in a stage."""

    def worth_showing(self) -> Self:
        """Keep what rests on enough stays."""
        return self.filter(ended__gte=FEWEST_STAYS)

    def told_to(self, viewer: Viewer) -> Self:
        """Keep the stages that exist in the viewer's vocabulary, where they rest on enough."""
        vocabulary = "staff" if is_staff_viewer(viewer) else "public"
        return self.worth_showing().filter(vocabulary=vocabulary)

    def of_cycles(self, level: Level, cycles: Iterable[str]) -> Self:
        """Keep one level of some cycles."""
        return self.filter(level=level, cycle__in=set(cycles))


class Stays(NamedTuple):
    """The stays of one cycle in one stage."""

    cycle: str
    stage: str
    ended: int
    median_days: float
    going_on: int
    longer: int


class _Words(NamedTuple):
    """The columns of the event log that a vocabulary reads."""

    stage: str
    only: str


_WORDS = {"staff": _Words('e."to"', "e.for_staff"), "public": _Words("e.public_to", "e.for_public")}
_TABLES = {Level.MEMBER_OUS: "projects_memberous", Level.SCHED_BLOCK: "projects_schedblock"}
# Every step in order, but those that were taken back; a stay begins where the stage is another
# one, and ends where the next begins. The median of an even number is the mean of the two in
# the middle.
_SQL = """
WITH steps AS (
    SELECT e.{level}_id AS thing, e.at AS entered, e.id AS step, {stage} AS stage,
        e.frm, e.recorded_at,
        LAG({stage}) OVER (PARTITION BY e.{level}_id ORDER BY e.at, e.id) AS earlier
    FROM projects_event e
    WHERE e.kind = 'state' AND e.level = '{level}' AND {only} AND e.undoes_id IS NULL
        AND e.id NOT IN (SELECT undoes_id FROM projects_event WHERE undoes_id IS NOT NULL)
), changes AS (
    SELECT thing, entered, stage, earlier, frm, recorded_at,
        LEAD(entered) OVER (PARTITION BY thing ORDER BY entered, step) AS until
    FROM steps
    WHERE earlier IS NULL OR earlier <> stage
), stays AS (
    SELECT p.cycle, c.stage, c.until, {days} AS days
    FROM changes c
    JOIN {table} t ON t.id = c.thing
    JOIN projects_project p ON p.id = t.project_id
    WHERE c.stage <> '' AND p.cycle <> '' AND COALESCE(t.state, '') <> 'Deleted'
        AND (c.earlier IS NOT NULL OR c.frm <> '' OR {lag_s} > {undated_s})
), ranked AS (
    SELECT cycle, stage, days,
        ROW_NUMBER() OVER (PARTITION BY cycle, stage ORDER BY days) AS place,
        COUNT(*) OVER (PARTITION BY cycle, stage) AS ended
    FROM stays
    WHERE until IS NOT NULL
), medians AS (
    SELECT cycle, stage, ended, AVG(days) AS median_days
    FROM ranked
    WHERE place IN ((ended + 1) / 2, (ended + 2) / 2)
    GROUP BY cycle, stage, ended
)
SELECT m.cycle, m.stage, m.ended, m.median_days, COUNT(s.days),
    COALESCE(SUM(CASE WHEN s.days > m.median_days THEN 1 ELSE 0 END), 0)
FROM medians m
LEFT JOIN stays s ON s.cycle = m.cycle AND s.stage = m.stage AND s.until IS NULL
GROUP BY m.cycle, m.stage, m.ended, m.median_days
ORDER BY m.cycle, m.stage
"""
_TIMES = {
    "postgresql": {
        "days": "EXTRACT(EPOCH FROM COALESCE(c.until, %s) - c.entered) / 86400.0",
        "lag_s": "EXTRACT(EPOCH FROM c.recorded_at - c.entered)",
    },
    "sqlite": {
        "days": "julianday(COALESCE(c.until, %s)) - julianday(c.entered)",
        "lag_s": "(julianday(c.recorded_at) - julianday(c.entered)) * 86400.0",
    },
}


def stays_of(level: Level, vocabulary: str, now: datetime) -> list[Stays]:
    """Compute the stays of one level from the event log, by cycle and stage; one query.

    Times are when things happened (``at``), not when they were learnt. Things withdrawn
    from view do not count, nor does a first stay without a date.
    """
    words = _WORDS[vocabulary]
    query = _SQL.format(
        level=level.value,
        table=_TABLES[level],
        stage=words.stage,
        only=words.only,
        undated_s=UNDATED_S,
        **_TIMES[connection.vendor],
    )
    moment: Any = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(query, [moment])
        return [Stays(row[0], row[1], row[2], float(row[3]), *row[4:]) for row in cursor.fetchall()]
