"""One round of a TAP service: all of it the first time, then what has changed.

A project is always read whole, since a project's facts are drawn from all of its rows.
What has been loaded is marked page by page, so whoever comes next goes on from there.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice

from ingest.configured import SourceSetting
from ingest.readers.archive import read_rows
from ingest.records import Reading
from ingest.sources import adql
from ingest.sources.changes import bound, fingerprint, newest
from ingest.sources.errors import SourceTrouble
from ingest.sources.ledger import Claim
from ingest.sources.tap_client import Columns, TapClient
from ingest.sources.walk import Group, pages, texts_of

# Rows may be committed later than their date says: so far a poll looks back.
OVERLAP = timedelta(days=1)
# How many changed projects are fetched with one query.
AT_ONCE = 20

Load = Callable[[Reading], None]


@dataclass(slots=True)
class TapRound:
    """One round; ``load`` takes what each page gives, before the page is marked as read."""

    setting: SourceSetting
    claim: Claim
    client: TapClient
    load: Load
    notes: list[str] = field(default_factory=list)
    rows_read: int = 0

    def run(self) -> bool:
        """Read what there is to read; answer whether more waits. Raises SourceTrouble."""
        columns = self.client.columns()
        cursor, since = self.claim.cursor, self.setting.since
        if columns.modified and (since or "mark" in cursor):
            return self._read_changes(columns, columns.modified)
        if since and columns.released:
            self.notes.append("No column tells when its rows changed: taken is what was released.")
            return self._read_changes(columns, columns.released)
        if since:
            raise SourceTrouble("No column tells when its rows changed or were released.")
        return self._read_all(columns)

    def _read_all(self, columns: Columns) -> bool:
        """Walk through the whole table, or through the rest that an earlier round left."""
        cursor = self.claim.cursor
        began = datetime.fromisoformat(cursor.setdefault("began", _now().isoformat()))
        ask = partial(self.client.ask, columns.wanted)
        for page in pages(ask, self._chosen(columns), columns.keys, cursor.get("after", "")):
            self._take(page)
            cursor["after"] = page[-1].key
            self.claim.save(_newest(page, columns.modified))
            if self.claim.is_over:
                return True
        cursor.clear()
        if columns.modified and self.claim.source.newest_at:
            # What changed while the walk went on is for the next round.
            cursor["mark"] = min(self.claim.source.newest_at, began).isoformat()
        self.claim.save()
        return False

    def _read_changes(self, columns: Columns, stamp: str) -> bool:
        """Fetch anew the projects with rows that changed since the mark."""
        cursor = self.claim.cursor
        changed, last = self._changed(columns, stamp)
        known = cursor.setdefault("known", {})
        todo = iter([key for key, state in changed.items() if known.get(key) != state])
        while keys := list(islice(todo, AT_ONCE)):
            self._fetch(columns, keys)
            known.update({key: changed[key] for key in keys})
            self.claim.save()
            if self.claim.is_over:
                return True
        cursor["known"] = changed
        is_dated = last is not None and stamp == columns.modified
        if last and is_dated:
            cursor["mark"] = last.isoformat()
        self.claim.save(last if is_dated else None)
        return False

    def _changed(self, columns: Columns, stamp: str) -> tuple[dict[str, str], datetime | None]:
        """Answer which projects changed, each with what tells one change from the next."""
        day = self._from_day()
        recent = adql.since(
            stamp, bound(day, as_number=columns.counts_days), is_number=columns.counts_days
        )
        ask = partial(self.client.ask, tuple(dict.fromkeys((*columns.keys, stamp))))
        changed, last = dict[str, str](), None
        for page in pages(ask, [*self._chosen(columns), recent], columns.keys):
            for group in self._mine(page):
                at = _newest([group], stamp)
                if at and at.date() >= day:
                    changed[group.key] = fingerprint(texts_of(group, stamp))
                    last = max(at, last or at)
            self.claim.beat()
        return changed, last

    def _from_day(self) -> date:
        mark = self.claim.cursor.get("mark")
        looked = (datetime.fromisoformat(mark) - OVERLAP).date() if mark else None
        return max(day for day in (looked, self.setting.since) if day)

    def _fetch(self, columns: Columns, keys: list[str]) -> None:
        """Load some projects whole."""
        missing = set(keys)
        ask = partial(self.client.ask, columns.wanted)
        for page in pages(ask, [adql.among(columns.keys[0], keys)], columns.keys):
            mine = [group for group in page if group.key in missing]
            self._take(mine)
            missing -= {group.key for group in mine}
        if missing:
            some = ", ".join(sorted(missing)[:3])
            raise SourceTrouble(f"It names {some} as changed, and gives nothing of it.")

    def _take(self, groups: Sequence[Group]) -> None:
        """Load the groups of a page that were asked for."""
        rows = [(group.header, row) for group in self._mine(groups) for row in group.rows]
        if rows:
            self.load(read_rows(rows, self.rows_read + 1))
        self.rows_read += len(rows)

    def _chosen(self, columns: Columns) -> list[str]:
        """Answer the condition that keeps to the projects that were asked for."""
        codes = self.setting.projects
        if not codes:
            return []
        condition = adql.among if columns.has_codes else adql.holding
        return [condition(columns.keys[0], codes)]

    def _mine(self, groups: Iterable[Group]) -> list[Group]:
        """Leave out what a service gives without having been asked for it."""
        codes = self.setting.projects
        return [g for g in groups if not codes or any(code in g.key.upper() for code in codes)]


def _newest(groups: Iterable[Group], stamp: str) -> datetime | None:
    return newest((text for group in groups for text in texts_of(group, stamp)), _now())


def _now() -> datetime:
    return datetime.now(UTC)
