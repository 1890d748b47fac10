"""Contestants, rounds and slots, and what they come to in figures."""
