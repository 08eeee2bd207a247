"""Readers: bytes to ``ingest.records``, without Django and without a network."""

from ingest.readers.recognise import READERS, expand, read_source, recognise
from ingest.readers.sources import Source
from ingest.records import UnreadableSource

__all__ = ["READERS", "Source", "UnreadableSource", "expand", "read_source", "recognise"]
