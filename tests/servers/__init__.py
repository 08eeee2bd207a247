"""The real servers the suite runs against: each on a free port, each stopped afterwards."""
