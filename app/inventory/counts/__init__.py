"""Counting what is on the shelf, and putting the books right by it."""
