"""A cart becomes a purchase."""
