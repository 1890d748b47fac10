"""Looking around: the home page, lists and searches, and each product."""
