"""What leaves for outside systems."""
