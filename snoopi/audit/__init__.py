"""Proving that what is stored agrees with itself: ``manage.py audit``.

Each check computes anew what a writer has stored, from the ledgers and by the pure
functions, in a few queries over whole tables that are read as streams. None calls a service.
"""
