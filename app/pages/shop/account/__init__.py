"""Logging in and out, registering, and what the shop knows of who did."""
