"""Money that goes back after it was paid, and the goods that come back for it."""
