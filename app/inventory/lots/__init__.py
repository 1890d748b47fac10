"""What is known of lots: put right, called back, and what of them expires."""
