"""Writes of the room deliveries/."""
