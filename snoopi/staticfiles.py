"""How static files are named, compressed and served."""

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

_LARGE_BYTES = 1_000_000
_QUICK = 9


class SwiftCompressor(Compressor):
    """Compresses as well as can be, but a large file quickly.

    The best takes twelve seconds of the first start for Plotly's script, to spare a tenth
    of it.
    """

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Compress by a quality that the size allows."""
        if len(data) > _LARGE_BYTES:
            return bytes(brotli.compress(data, quality=_QUICK))
        return bytes(brotli.compress(data))


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names once collected, compressed; before that every file by its own name."""

    def stored_name(self, name: str) -> str:
        """The hashed name, or the plain one of a file that was not collected."""
        found: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return found or name

    def create_compressor(self, **options: Any) -> SwiftCompressor:
        """Answer what compresses collected files."""
        return SwiftCompressor(**options)
