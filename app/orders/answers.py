"""Where things are that carts and purchases answer with."""


def purchase_url(purchase: str) -> str:
    """Return where a purchase is read."""
    return f"/api/v1/purchases/{purchase}"
