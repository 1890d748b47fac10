"""Carts, checkout, purchases and the money taken for them."""
