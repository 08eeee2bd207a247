"""One object of the ``json`` format to one record, or the reason why not."""

from typing import Any

from ingest.readers import native_tables as tables
from ingest.readers.native_fields import BadValue, Field
from ingest.records import AddedValueLinks, Asked, MembershipRecord, Rejected, StateChange


class BadRecord(ValueError):
    """A record that is refused; ``str()`` is a sentence."""


def fields_of(
    value: Any, fields: dict[str, Field], path: str, elsewhere: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Parse the fields of an object; null is "does not say". Raises BadRecord.

    ``elsewhere`` are the keys that somebody else takes: parts and children.
    """
    if not isinstance(value, dict):
        raise BadRecord("It must be an object.")
    found = {}
    for name, given in value.items():
        if name in elsewhere or (given is None and name in fields):
            continue
        if name not in fields:
            raise BadRecord(f"Field {path}.{name[:80]} is not known.")
        try:
            found[name] = fields[name].parse(given)
        except BadValue as problem:
            raise BadRecord(f"Field {path}.{name} {problem}.") from None
    return found


def asked(value: Any, path: str) -> Asked | None:
    """Read what was asked for. Raises BadRecord."""
    return None if value is None else Asked(**fields_of(value, tables.ASKED, path))


def added_value(value: Any, path: str, rejected: list[Rejected]) -> AddedValueLinks:
    """Read where added-value products are; a bad link is reported and all of them left out."""
    try:
        given = fields_of(value, tables.ADDED_VALUE, path) if value is not None else {}
    except BadRecord as problem:
        rejected.append(Rejected(path, str(problem)))
        return AddedValueLinks()
    return AddedValueLinks(**given)


def history(value: Any, path: str, rejected: list[Rejected]) -> tuple[StateChange, ...]:
    """Read dated steps; a bad one is reported and left out."""
    found = []
    for step_path, step in listed(value, path, rejected):
        try:
            found.append(_step(fields_of(step, tables.HISTORY, step_path)))
        except BadRecord as problem:
            rejected.append(Rejected(step_path, str(problem)))
    return tuple(found)


def _step(given: dict[str, Any]) -> StateChange:
    if not given.get("at") or not given.get("to"):
        raise BadRecord("A step needs “at” and “to”.")
    return StateChange(frm=given.pop("from", ""), **given)


def memberships(value: Any, path: str, rejected: list[Rejected]) -> tuple[MembershipRecord, ...]:
    """Read ties between accounts and the project; a bad one is reported and left out."""
    found = []
    for tie_path, tie in listed(value, path, rejected):
        try:
            found.append(_membership(fields_of(tie, tables.MEMBERSHIP, tie_path)))
        except BadRecord as problem:
            rejected.append(Rejected(tie_path, str(problem)))
    return tuple(found)


def _membership(given: dict[str, Any]) -> MembershipRecord:
    if not given.get("user") or not given.get("role"):
        raise BadRecord("A membership needs “user” and “role”.")
    if (given["role"] == "DELEGEE") != bool(given.get("kind")):
        raise BadRecord("A DELEGEE, and nobody else, has a “kind”: DATA, PHASE2 or TOO.")
    return MembershipRecord(
        username=given["user"],
        role=given["role"],
        kind=given.get("kind", ""),
        ends_at=given.get("ends"),
    )


def listed(value: Any, path: str, rejected: list[Rejected]) -> list[tuple[str, Any]]:
    """Pair each item of a list with its JSON path; what is no list is reported."""
    if value is None:
        return []
    if not isinstance(value, list):
        rejected.append(Rejected(path, "It must be a list."))
        return []
    return [(f"{path}[{position}]", item) for position, item in enumerate(value)]
