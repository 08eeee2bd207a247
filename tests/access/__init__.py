"""Who gets what: every address for everybody, nothing of others, no cost that grows."""
