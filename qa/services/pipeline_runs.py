"""Runs of the pipeline: written from what their reports and manifests tell."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder

from projects.models import MemberOUS
from qa.models import PipelineRun
from qa.pipeline import COLUMNS, PipelineFacts, parts_as_json

_SOFTWARE = ("recipe", "casa_version", "pipeline_version")


class Recorded(NamedTuple):
    """A run, and what became of it: "created", "updated" or "unchanged"."""

    run: PipelineRun
    word: str


def record_run(
    *,
    member_ous: MemberOUS,
    facts: PipelineFacts,
    generation: int | None,
    source: str,
    now: datetime,
) -> Recorded:
    """Keep what a source says of a run, and answer what that was.

    A source corrects what it said itself and adds to what others left open. Call it with
    the project locked, within the transaction that writes the member OUS.
    """
    told = {name: getattr(facts, name) for name in COLUMNS}
    parts = parts_as_json(facts)
    row = _known(member_ous, told, generation)
    if row is None:
        row = PipelineRun(member_ous=member_ous, generation=generation, told=parts, **told)
        row.source, row.recorded_at, row.modified_at = source, now, now
        row.digest = _digest(row)
        row.save()
        return Recorded(row, "created")
    fresh = _news(row, source, {**told, "generation": generation}, parts)
    if not fresh:
        return Recorded(row, "unchanged")
    for name, value in fresh.items():
        setattr(row, name, value)
    row.digest, row.modified_at = _digest(row), now
    row.save(update_fields=[*fresh, "digest", "modified_at"])
    return Recorded(row, "updated")


def _known(
    member_ous: MemberOUS, told: Mapping[str, Any], generation: int | None
) -> PipelineRun | None:
    rows = PipelineRun.objects.filter(member_ous=member_ous).newest_first()
    return next((row for row in rows if _is_same(row, told, generation)), None)


def _is_same(row: PipelineRun, told: Mapping[str, Any], generation: int | None) -> bool:
    """Whether a source speaks of the run of ``row``: by its end, else by all that it says.

    A manifest knows no times. Products that are delivered again may be of the same run.
    """
    if row.ended_at and told["ended_at"]:
        return bool(row.ended_at == told["ended_at"])
    starts = (row.started_at, told["started_at"])
    if all(starts) and starts[0] != starts[1]:
        return False
    start, end = told["started_at"] or row.started_at, told["ended_at"] or row.ended_at
    if start and end and start > end:
        return False
    same = [_agree(getattr(row, name), told[name]) for name in _SOFTWARE]
    return all(same) and (None in (row.generation, generation) or row.generation == generation)


def _agree(one: str, other: str) -> bool:
    """Whether two versions may be the same: documents differ in what they put behind."""
    return not one or not other or _first_word(one) == _first_word(other)


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0]


def _news(
    row: PipelineRun, source: str, told: Mapping[str, Any], parts: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns that a source changes."""
    own = row.source == source
    fresh = {
        name: value
        for name, value in told.items()
        if value not in (None, "")
        and getattr(row, name) != value
        and (own or getattr(row, name) in (None, ""))
    }
    added = {name: items for name, items in parts.items() if own or not row.told.get(name)}
    merged = {**row.told, **added}
    if merged != row.told:
        fresh["told"] = merged
    return fresh


def _digest(row: PipelineRun) -> str:
    told = {name: getattr(row, name) for name in COLUMNS}
    text = json.dumps([told, row.told], sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
