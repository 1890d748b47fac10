"""What a purchase is promised, once somebody has fetched it."""
