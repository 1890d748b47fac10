"""Rates off the price, on days from one through another."""
