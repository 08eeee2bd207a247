"""Writes. Each takes keyword arguments, opens its transaction and leaves its events."""
