"""Files and pipeline runs of a member OUS in the ``json`` format to records."""

from typing import Any

from deliveries.naming import place_of
from ingest.readers import native_package_tables as tables
from ingest.readers.listing_words import execution_of
from ingest.readers.native_fields import Field
from ingest.readers.native_records import BadRecord, fields_of, listed
from ingest.records import FileRecord, PipelineRunRecord, Rejected
from qa.pipeline import Achieved, Flux, PipelineFacts, Stage, Topic

PARTS = frozenset({"product_files", "pipeline_runs"})
_RENAMED = {"class": "file_class", "size": "size_bytes"}
_LISTS: dict[str, tuple[dict[str, Field], type[Any], str]] = {
    "stages": (tables.PIPELINE_STAGE, Stage, "number"),
    "topics": (tables.PIPELINE_TOPIC, Topic, "name"),
    "fluxes": (tables.PIPELINE_FLUX, Flux, "source"),
    "achieved": (tables.ACHIEVED, Achieved, "source"),
}


def product_files(value: Any, path: str, member: str, rejected: list[Rejected]) -> list[FileRecord]:
    """Read the files of a member OUS; a bad one is reported and left out."""
    found = []
    seen: set[tuple[str, int | None]] = set()
    for file_path, file in listed(value, path, rejected):
        try:
            record = _file(fields_of(file, tables.PRODUCT_FILE, file_path), member)
            if (record.path, record.generation) in seen:
                raise BadRecord(f"{record.path} is given already.")
            seen.add((record.path, record.generation))
            found.append(record)
        except BadRecord as problem:
            rejected.append(Rejected(file_path, str(problem)))
    return found


def _file(given: dict[str, Any], member: str) -> FileRecord:
    if not given.get("path"):
        raise BadRecord("A file needs its “path”.")
    *folders, last = given["path"].split("/")
    place = place_of(folders, last, known_home=True)
    usual = {"name": last, "file_class": place.file_class, "kind": place.kind}
    said = {_RENAMED.get(name, name): value for name, value in given.items()}
    return FileRecord(**{**usual, **said}, member=member, exec_block=execution_of(last))


def pipeline_runs(
    value: Any, path: str, member: str, rejected: list[Rejected]
) -> list[PipelineRunRecord]:
    """Read the runs on a member OUS; a bad one is reported and left out."""
    found = []
    for run_path, run in listed(value, path, rejected):
        try:
            found.append(_run(run, run_path, member, rejected))
        except BadRecord as problem:
            rejected.append(Rejected(run_path, str(problem)))
    return found


def _run(value: Any, path: str, member: str, rejected: list[Rejected]) -> PipelineRunRecord:
    given = fields_of(value, tables.PIPELINE_RUN, path, frozenset(_LISTS))
    lists: dict[str, Any] = {
        name: _parts(name, value.get(name), f"{path}.{name}", rejected) for name in _LISTS
    }
    if not any(lists.values()) and not given.keys() - {"generation"}:
        raise BadRecord("It says nothing of the run.")
    started, ended = given.get("started_at"), given.get("ended_at")
    if started and ended and ended < started:
        raise BadRecord("It ends before it starts.")
    generation = given.pop("generation", None)
    return PipelineRunRecord(
        facts=PipelineFacts(**given, **lists), member=member, generation=generation
    )


def _parts(name: str, value: Any, path: str, rejected: list[Rejected]) -> tuple[Any, ...]:
    fields, record, key = _LISTS[name]
    found = []
    for part_path, part in listed(value, path, rejected):
        try:
            given = fields_of(part, fields, part_path)
            if given.get(key) in (None, ""):
                raise BadRecord(f"It needs “{key}”.")
            found.append(record(**given))
        except BadRecord as problem:
            rejected.append(Rejected(part_path, str(problem)))
    return tuple(found)
