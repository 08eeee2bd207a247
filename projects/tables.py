"""Reading the observatory's dated tables: CSV and TOML to rows. Pure.

A table that is not as it should be is refused as a whole, with the file, the line and
the reason: half a schedule would be a wrong one.
"""

import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from projects.season import CarryRule, Cycle, Window, configuration_name
from projects.turnaround import ServiceGoal

Row = TypeVar("Row")
LONGEST_GOAL_DAYS = 3660
CONFIDENCE = ("published", "planned", "default", "demonstration")


class BadTable(ValueError):
    """A table that cannot be used; ``str()`` names the file, the place and the reason."""


@dataclass(frozen=True, slots=True)
class Centre:
    """An ALMA Regional Center: where its users find help, and what it asks them to thank."""

    arc: str
    name: str
    site: str
    helpdesk: str
    contact: str
    acknowledgement: str
    source: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The observatory's words for papers, from a day on; ``{code}`` is the project's code."""

    first_day: date
    words: str
    source: str


def read_cycles(name: str, text: str) -> list[Cycle]:
    """The cycles of a CSV table."""
    return csv_rows(name, text, _cycle)


def read_windows(name: str, text: str) -> list[Window]:
    """The configuration schedule of a CSV table."""
    return csv_rows(name, text, _window)


def read_carry_rules(name: str, text: str) -> list[CarryRule]:
    """The carry-over rules of a CSV table."""
    return csv_rows(name, text, _carry_rule)


def read_service_goals(name: str, text: str) -> list[ServiceGoal]:
    """The service goals of a CSV table."""
    return csv_rows(name, text, _service_goal)


def read_centres(name: str, text: str) -> list[Centre]:
    """The regional centers of a TOML table."""
    return [_centre(name, entry) for entry in _entries(name, text, "centre")]


def read_acknowledgements(name: str, text: str) -> list[Acknowledgement]:
    """The acknowledgement texts of a TOML table, oldest first."""
    found = [_acknowledgement(name, entry) for entry in _entries(name, text, "text")]
    return sorted(found, key=lambda entry: entry.first_day)


Cells = dict[str, str]


def csv_rows(name: str, text: str, make: Callable[[Cells], Row]) -> list[Row]:
    """Make a row of each line of a CSV table; raises BadTable with the line and the reason."""
    lines = csv.DictReader(StringIO(text), strict=True)
    return [_made(name, lines.line_num, cells, make) for cells in _lines(name, lines)]


def _lines(name: str, lines: "csv.DictReader[str]") -> Iterator[Cells]:
    try:
        for cells in lines:
            if None in cells or None in cells.values():
                raise BadTable(f"{name}, line {lines.line_num}: not as many cells as the head has")
            yield {key: value.strip() for key, value in cells.items()}
    except csv.Error as problem:
        raise BadTable(f"{name}, line {lines.line_num}: {problem}") from None


def _made(name: str, line: int, cells: Cells, make: Callable[[Cells], Row]) -> Row:
    try:
        return make(cells)
    except KeyError as problem:
        raise BadTable(f"{name}: the column {problem} is missing") from None
    except ValueError as problem:
        raise BadTable(f"{name}, line {line}: {problem}") from None


def filled(cells: Cells, column: str) -> str:
    """A cell that must not be empty. Raises ValueError."""
    if not cells[column]:
        raise ValueError(f"{column} is empty")
    return cells[column]


def _days(cells: Cells) -> tuple[date, date]:
    first, last = (date.fromisoformat(cells[name]) for name in ("first_day", "last_day"))
    if last < first:
        raise ValueError(f"it ends on {last}, before it begins on {first}")
    return first, last


def confidence_of(cells: Cells) -> str:
    """How sure the row's source is, one of CONFIDENCE. Raises ValueError."""
    return one_of(cells, "confidence", CONFIDENCE)


def one_of(cells: Cells, column: str, words: tuple[str, ...]) -> str:
    """A cell that holds one of a few words. Raises ValueError."""
    if cells[column] not in words:
        raise ValueError(f"{column} is none of {', '.join(words)}")
    return cells[column]


def _cycle(cells: Cells) -> Cycle:
    first, last = _days(cells)
    return Cycle(
        cycle=filled(cells, "cycle"),
        name=filled(cells, "name"),
        first_day=first,
        last_day=last,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _window(cells: Cells) -> Window:
    first, last = _days(cells)
    return Window(
        cycle=filled(cells, "cycle"),
        configurations=tuple(map(configuration_name, filled(cells, "configurations").split())),
        first_day=first,
        last_day=last,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _carry_rule(cells: Cells) -> CarryRule:
    return CarryRule(
        first_cycle=filled(cells, "first_cycle"),
        grade=filled(cells, "grade"),
        carried_over=one_of(cells, "carried_over", ("yes", "no")) == "yes",
        words=filled(cells, "words"),
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _service_goal(cells: Cells) -> ServiceGoal:
    percent, days = (float(filled(cells, name)) for name in ("percent", "days"))
    if not 0 < percent <= 100:
        raise ValueError(f"percent lies outside 0 to 100: {percent:g}")
    if not 0 < days < LONGEST_GOAL_DAYS:
        raise ValueError(f"days lie outside 0 to {LONGEST_GOAL_DAYS}: {days:g}")
    return ServiceGoal(
        first_day=date.fromisoformat(cells["first_day"]),
        percent=percent,
        days=days,
        confidence=confidence_of(cells),
        source=filled(cells, "source"),
    )


def _entries(name: str, text: str, kind: str) -> list[dict[str, Any]]:
    try:
        entries = tomllib.loads(text).get(kind)
    except tomllib.TOMLDecodeError as problem:
        raise BadTable(f"{name}: {problem}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadTable(f"{name}: it holds no [[{kind}]]")
    return entries


def _text(name: str, entry: dict[str, Any], key: str, *, may_be_empty: bool = False) -> str:
    text = entry.get(key)
    if not isinstance(text, str) or not (text.strip() or may_be_empty):
        raise BadTable(f"{name}: an entry lacks the text “{key}”")
    return text.strip()


def _centre(name: str, entry: dict[str, Any]) -> Centre:
    site, helpdesk = _text(name, entry, "site"), _text(name, entry, "helpdesk")
    if not all(link.startswith(("https://", "http://")) for link in (site, helpdesk)):
        raise BadTable(f"{name}: site and helpdesk start with https:// or http://")
    return Centre(
        arc=_text(name, entry, "arc"),
        name=_text(name, entry, "name"),
        site=site,
        helpdesk=helpdesk,
        contact=_text(name, entry, "contact"),
        acknowledgement=_text(name, entry, "acknowledgement", may_be_empty=True),
        source=_text(name, entry, "source"),
    )


def _acknowledgement(name: str, entry: dict[str, Any]) -> Acknowledgement:
    first_day, words = entry.get("first_day"), _text(name, entry, "words")
    if type(first_day) is not date:
        raise BadTable(f"{name}: a text has no first_day, such as 2022-07-27")
    if _places(words) != {"code"}:
        raise BadTable(f"{name}: a text names the project as {{code}}, and nothing else so")
    return Acknowledgement(first_day, words, _text(name, entry, "source"))


def _places(words: str) -> set[str]:
    try:
        return {place for _, place, *_ in Formatter().parse(words) if place is not None}
    except ValueError:
        return set()


Reader = Callable[[str, str], list[Any]]
READERS: Mapping[str, Reader] = {
    "cycles.csv": read_cycles,
    "configurations.csv": read_windows,
    "carry_over.csv": read_carry_rules,
    "service_goals.csv": read_service_goals,
    "centres.toml": read_centres,
    "acknowledgements.toml": read_acknowledgements,
}


def read_table(path: Path, readers: Mapping[str, Reader] = READERS) -> list[Any]:
    """Answer the rows of a table's file, read as its name in ``readers`` says; raises BadTable."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise BadTable(f"{path}: {problem}") from None
    return readers[path.name](str(path), text)
