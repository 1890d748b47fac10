"""Suppliers, what came in from them, and what is left of it."""
