"""What every way to serve the shop is put to."""
