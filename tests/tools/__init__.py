"""What `make lint` runs beside the ready-made tools."""
