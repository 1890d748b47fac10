"""Lots, levels and movements."""
