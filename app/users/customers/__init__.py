"""Who buys and has an account."""
