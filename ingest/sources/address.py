"""One round of a web address: fetched again only when it has changed."""

import hashlib
from http import HTTPStatus

from ingest.configured import SourceSetting
from ingest.readers import Source, expand, read_source
from ingest.records import Reading
from ingest.sources import web
from ingest.sources.errors import SourceTrouble
from ingest.sources.feed import Feed
from ingest.sources.ledger import Claim

MAX_BYTES = 256 << 20
_VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


def read_address(setting: SourceSetting, claim: Claim, feed: Feed) -> bool:
    """Read what stands at an address, where it is news. Raises SourceTrouble, UnreadableSource.

    What the server says of its version is kept only once all of it was taken.
    """
    reply = _get(setting, claim)
    if reply.status == HTTPStatus.NOT_MODIFIED:
        return False
    web.refuse_failure(reply)
    digest = hashlib.sha256(reply.body).hexdigest()
    if digest != claim.cursor.get("digest"):
        for reading in readings(Source.from_bytes(setting.shown, reply.body), setting):
            feed.load(reading)
    claim.cursor.clear()
    claim.cursor["digest"] = digest
    said = {name: reply.headers[name] for name in _VALIDATORS if name in reply.headers}
    claim.cursor.update(said)
    claim.save()
    return False


def _get(setting: SourceSetting, claim: Claim) -> web.Reply:
    session = web.new_session(setting.timeout_s)
    known = {asks: claim.cursor[says] for says, asks in _VALIDATORS.items() if says in claim.cursor}
    reply = web.read(
        lambda: session.get(setting.address, headers=known, stream=True),
        most_bytes=MAX_BYTES,
        within_s=setting.timeout_s,
        alive=claim.beat,
    )
    if not reply.body and reply.status == HTTPStatus.OK:
        raise SourceTrouble("It answered with nothing.")
    return reply


def readings(named: Source, setting: SourceSetting) -> list[Reading]:
    """Read a source, or all that an archive holds: one bad part refuses the whole."""
    return [read_source(part, setting.format_name or None) for part in expand(named)]
