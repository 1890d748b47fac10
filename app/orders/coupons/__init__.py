"""Coupons in carts: entered, and redeemed at checkout."""
