"""What is sold: found, read, and kept by staff."""
