"""Whom goods come from."""
