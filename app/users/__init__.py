"""The people of the shop: its staff and its customers."""
