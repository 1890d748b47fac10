"""Words that mean the same to the search, as staff says."""
