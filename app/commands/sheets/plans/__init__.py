"""What a file would change in the shop: planned, and not yet written."""
