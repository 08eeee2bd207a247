"""Tests of what builds, checks and serves the tests themselves."""
