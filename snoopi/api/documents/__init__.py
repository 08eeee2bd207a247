"""Rows as the documents that leave the building, in the viewer's vocabulary."""
