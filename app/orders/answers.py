"""Where things are that carts and purchases answer with."""


def purchase_url(purchase: str) -> str:
    """Return where a purchase is read."""
    return f"/api/v1/purchases/{purchase}"


def document_url(number: str) -> str:
    """Return where an invoice or credit note is read."""
    return f"/api/v1/documents/{number}"
