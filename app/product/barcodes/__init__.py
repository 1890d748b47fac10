"""What a scanner sends, and which product, how much of it and at what price that is."""
