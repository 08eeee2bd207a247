"""The REST interface, through its real addresses."""
