"""Who may see a purchase, and what was issued for it: staff, its customer, and who has a guest's token of it."""

from app.core.web import NotFound
from app.core.web.security import Principal

SEEN = "(%(staff)s OR p.customer_id = %(customer)s OR p.id = %(own)s::uuid)"
"""The SQL for whether somebody may see a purchase that is named p."""


def seer(who: Principal) -> dict[str, bool | int | str | None]:
    """Return SEEN's parameters."""
    return {"staff": who.is_staff, "customer": who.customer_id, "own": who.purchase_id}


def no_purchase() -> NotFound:
    """Return what to raise for a purchase that is not there, or somebody else's."""
    return NotFound("There is no such purchase.")
