"""The demo observatory: real-format files from a seeded pen, read through the ordinary ingest."""
