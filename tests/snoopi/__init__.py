"""The composition: settings, health."""
