"""What a supplier sells of which product."""
