"""Drawers: opened with a float, closed with a count, and the money in between."""
