"""Tests of the room qa/."""
