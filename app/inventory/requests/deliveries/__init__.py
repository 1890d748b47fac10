"""What comes of what was asked for."""
