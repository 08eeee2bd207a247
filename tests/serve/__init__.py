"""The production layout: its containers, its programs, and what it survives."""
