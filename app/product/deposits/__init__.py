"""Deposits: what comes back with the bottle."""
