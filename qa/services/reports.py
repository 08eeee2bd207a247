"""Reports of executions: written from data sets, tied to their scheduling blocks."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from statistics import median
from typing import Any

from projects.models import ExecBlock
from qa import figures
from qa.ground import ground_of
from qa.intents import TARGET
from qa.models import ExecReport
from qa.observed import NS_A_MINUTE, Execution, Scan
from qa.sky import horizontal
from qa.stored import as_json


def record_report(*, exec_block: ExecBlock, execution: Execution, now: datetime) -> bool:
    """Keep what a data set says of an execution; answer whether that was new.

    The same data set again changes nothing. Call it within the transaction that writes
    the execution block.
    """
    observed = as_json(execution)
    digest = _digest(observed)
    known = ExecReport.objects.filter(exec_block=exec_block)
    if known.filter(digest=digest).exists():
        return False
    values = {
        **report_figures(execution),
        "observed": observed,
        "digest": digest,
        "recorded_at": now,
    }
    ExecReport.objects.update_or_create(exec_block=exec_block, defaults=values)
    return True


def _digest(observed: dict[str, Any]) -> str:
    text = json.dumps(observed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def report_figures(execution: Execution) -> dict[str, Any]:
    """Answer the figures of a report by the names of its columns."""
    tsys = figures.temperatures(execution.tsys)
    array = figures.baselines(execution.antennas)
    elevations = target_elevations(execution)
    water = [sample.value for sample in execution.pwv_mm]
    return {
        "sched_block_uid": execution.sched_block_uid,
        "rep_freq_ghz": execution.rep_freq_ghz,
        **_temperatures(tsys),
        "antenna_count": array.antennas,
        "shortest_m": array.shortest_m,
        "longest_m": array.longest_m,
        "l5_m": array.l5_m,
        "l80_m": array.l80_m,
        "pwv_mm": median(water) if water else None,
        "elevation_min_deg": min(elevations, default=None),
        "elevation_max_deg": max(elevations, default=None),
        "on_target_min": _on_target_min(execution.scans),
        "flagged_fraction": figures.flagged_fraction(execution),
    }


def _temperatures(tsys: figures.Temperatures | None) -> dict[str, Any]:
    if tsys is None:
        return {"tsys_measured": None} | dict.fromkeys(
            ("tsys_mean_k", "tsys_std_k", "tsys_min_k", "tsys_max_k")
        )
    recorded = tsys.recorded
    return {
        "tsys_mean_k": recorded.mean,
        "tsys_std_k": recorded.std,
        "tsys_min_k": recorded.min,
        "tsys_max_k": recorded.max,
        "tsys_measured": {**asdict(tsys.measured), "missing": tsys.missing},
    }


def _on_target_min(scans: Iterable[Scan]) -> float | None:
    times = [time.minutes for time in figures.source_times(scans) if time.intent == TARGET]
    return sum(times) if times else None


def target_elevations(execution: Execution) -> list[float]:
    """Answer the elevations over all scans of science targets, in degrees.

    Each minute and at their ends: a target may culminate within a scan.
    """
    site = execution.site or ground_of(execution.antennas)
    found: list[float] = []
    for scan in execution.scans:
        place = execution.place_of(scan.source)
        if site and place and TARGET in scan.intents:
            times = [*range(scan.start_ns, scan.end_ns, NS_A_MINUTE), scan.end_ns]
            found += [elevation for _, elevation in horizontal(site, place, times)]
    return found


def reports_awaiting(sched_block_uids: Collection[str]) -> Iterable[ExecReport]:
    """Answer the reports, with their execution blocks, that name an SB but have none."""
    waiting = ExecReport.objects.filter(
        sched_block_uid__in=sched_block_uids, exec_block__sched_block=None
    )
    return waiting.select_related("exec_block").figures_only()
