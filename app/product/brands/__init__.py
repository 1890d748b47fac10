"""Brands, by which products are found."""
