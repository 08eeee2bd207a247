"""Walks through a table in the order of a key, page by page, losing and doubling nothing.

Never by OFFSET: rows that come or go meanwhile would shift the pages. A page that was cut
may end in the middle of a key's rows, so its last key is left for the next page; where one
key fills a page alone, its rows are fetched by the next finer key. Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.sources import adql
from ingest.sources.errors import SourceTrouble
from projects.identity import parse_project_code

Header = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply: its columns, its rows as texts, and whether more would have come."""

    header: Header
    rows: list[list[str]]
    is_cut: bool


@dataclass(slots=True)
class Group:
    """All rows of one key on a page; ``is_torn`` where others stand between them."""

    key: str
    header: Header
    rows: list[list[str]]
    is_torn: bool = False


# Asks for the first rows under some conditions, in the order of a column.
Ask = Callable[[Sequence[str], str], Answer]


def pages(
    ask: Ask, where: Sequence[str], keys: Sequence[str], after: str = ""
) -> Iterator[list[Group]]:
    """Yield page after page of whole groups of ``keys[0]``, from behind ``after`` on.

    Raises SourceTrouble where the service says the same again and again, answers with
    other columns or in another order, or has more rows of one key than it can give.
    """
    key, seen, waiting = keys[0], {after}, ""
    while True:
        bound = [adql.above(key, after)] if after else []
        answer = ask([*where, *bound], key)
        groups = grouped(answer, key)
        # A service may give again what it gave before, as long as it comes on with it.
        fresh = [group for group in groups if group.key not in seen]
        is_stuck = len(fresh) < len(groups) and {group.key for group in fresh} <= {waiting}
        if answer.is_cut and is_stuck:
            raise SourceTrouble("It gave the same page twice: the rest cannot be read.")
        whole = _whole(ask, where, keys, fresh) if answer.is_cut else fresh
        if whole:
            seen.update(group.key for group in whole)
            yield whole
            after, waiting = whole[-1].key, fresh[-1].key
        if not answer.is_cut:
            return


def _whole(ask: Ask, where: Sequence[str], keys: Sequence[str], groups: list[Group]) -> list[Group]:
    """Leave out the last group of a page that was cut; alone on it, fetch all its rows."""
    if not groups:
        raise SourceTrouble("It says that there are more rows, and gives none.")
    _check_order(groups)
    *whole, last = groups
    if whole:
        return whole
    key, *finer = keys
    too_many = SourceTrouble(f"It has more rows of {last.key} than it gives at once.")
    if not finer:
        raise too_many
    under = [*where, adql.equal(key, last.key)]
    rows = [row for page in pages(ask, under, finer) for part in page for row in part.rows]
    unnamed = ask([*under, adql.missing(finer[0])], key)
    if unnamed.is_cut:
        raise too_many
    place = last.header.index(key)
    mine = [row for row in [*rows, *unnamed.rows] if row[place].strip() == last.key]
    return [Group(last.key, last.header, mine)]


def _check_order(groups: Sequence[Group]) -> None:
    """Raise SourceTrouble where a cut page is in another order: the next would miss rows.

    Only project codes are compared; how databases order other marks differs.
    """
    codes = [parse_project_code(group.key) for group in groups]
    if any(group.is_torn for group in groups) or (all(codes) and codes != sorted(codes)):
        raise SourceTrouble("It gives its rows in another order than it was asked for.")


def grouped(answer: Answer, key: str) -> list[Group]:
    """Answer a page's rows by key, in the order in which the keys first appear."""
    if not answer.rows:
        return []
    if key not in answer.header:
        raise SourceTrouble(f"It answered with other columns than it was asked for: no {key}.")
    place, before = answer.header.index(key), ""
    found: dict[str, Group] = {}
    for row in answer.rows:
        if len(row) != len(answer.header):
            raise SourceTrouble("It answered with rows that do not fit its header.")
        value = row[place].strip()
        if value in found and value != before:
            found[value].is_torn = True
        if value:
            found.setdefault(value, Group(value, answer.header, [])).rows.append(row)
        before = value
    return list(found.values())


def texts_of(rows: Answer | Group, name: str) -> list[str]:
    """Answer the cells of one column; none where there is no such column."""
    if name not in rows.header:
        return []
    place = rows.header.index(name)
    return [row[place] for row in rows.rows]
