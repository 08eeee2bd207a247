"""Writes of the room qa/: reports of executions."""
