"""Fetching what was ordered: who does, what came of it, and what that costs."""
