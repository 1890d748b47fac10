"""Whether a purchase still waits, by the status that the API says, and may be handed over; and at an open till. Pure."""

from decimal import Decimal

from app.core.web import Conflict

WAITING = frozenset({"placed", "picking", "ready"})
"""What holds goods: to the database, all of these are placed."""


def must_wait(status: str) -> None:
    """Raise Conflict `purchase_ended` for a purchase that was collected or cancelled."""
    if status not in WAITING:
        raise Conflict(f"The purchase was {status}.", code="purchase_ended")


def check_paid(due: Decimal) -> None:
    """Raise Conflict `unpaid` (with `due`) where something is still to be paid, `owed` (with `owed`) where too much was."""
    if due > 0:
        raise Conflict(f"{due:f} of it is not paid yet.", code="unpaid", due=f"{due:f}")
    if due < 0:
        raise Conflict(
            f"Give {-due:f} back first: less was picked than was paid for.",
            code="owed",
            owed=f"{-due:f}",
        )


def till_closed() -> Conflict:
    """Return what to raise where a till is named that is not open."""
    return Conflict("The till is not open.", code="till_closed")
