"""Reads: who sees what, and rows shaped for a purpose.

``visible_to`` is the only door to project data. It works through id sub-queries, so it
neither multiplies rows nor costs a query of its own.
"""
