"""People, their rights, and the keys of their scripts."""
