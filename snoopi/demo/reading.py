"""Reads the files of the demo observatory by the ordinary ingest, as demo projects."""

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from ingest.loader import load
from ingest.readers import Source, read_source
from ingest.records import ProjectBundle, Reading
from ingest.report import Report
from projects.models import Project


def read_files(files: Iterable[Path]) -> Report:
    """Read files into the database as demo projects; answer what was done."""
    report = Report()
    data_sets: list[Reading] = []
    for path in files:
        reading = read_source(Source.from_path(path))
        if reading.format == "asdm":
            data_sets.append(reading)
        else:
            report.add(take(reading))
    report.add(take(_together(data_sets)))
    return report


def _together(data_sets: Iterable[Reading]) -> Reading:
    """Data sets as one reading: each alone would cost a transaction of its own."""
    readings = list(data_sets)
    bundles = [bundle for reading in readings for bundle in reading]
    blocks = tuple(block for bundle in bundles for block in bundle.exec_blocks)
    rejected = tuple(record for reading in readings for record in reading.rejected)
    return Reading("asdm", "asdm", (ProjectBundle(project=None, exec_blocks=blocks),), rejected)


@transaction.atomic
def take(reading: Reading) -> Report:
    """Load a reading and mark its projects as demonstration, both or neither."""
    report = load(reading)
    codes = [bundle.project.code for bundle in reading if bundle.project]
    Project.objects.filter(code__in=codes, is_demo=False).update(is_demo=True)
    return report
