"""Clerks and admins."""
