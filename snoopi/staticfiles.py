"""How static files are named and served."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names once collected, compressed; before that every file by its own name."""

    def stored_name(self, name: str) -> str:
        """The hashed name, or the plain one of a file that was not collected."""
        found: str | None = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return found or name
