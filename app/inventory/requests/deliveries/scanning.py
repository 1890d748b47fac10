"""What the codes of a delivery say of its lines. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.web import FieldError, Invalid, NotFound
from app.inventory.requests.receiving import Arrival
from app.product.barcodes.reading import Scanned


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted of a delivery's line, whether by hand or by a scan: its product may stand in the code alone."""

    product: str | None
    quantity: Decimal
    expires_on: date | None = None
    unit_cost: Decimal | None = None
    lot_code: str | None = None
    rejected: Decimal | None = None
    reason: str | None = None


def arrivals(lines: Sequence[Noted], scans: Sequence[Scanned | None]) -> list[Arrival]:
    """Return what came, where a code says what was not noted. Raises Invalid for what it says otherwise, and for codes that say nothing."""
    errors: list[FieldError] = []
    found: list[Arrival] = []
    for place, (line, scan) in enumerate(zip(lines, scans, strict=True)):
        faults = list(_faults(line, scan, f"/lines/{place}"))
        errors += faults
        if not faults:
            found.append(_arrival(line, scan))
    if errors:
        raise Invalid("The delivery has wrong values.", errors=errors)
    return found


def _arrival(line: Noted, scan: Scanned | None) -> Arrival:
    product, lot, day = _said(scan)
    return Arrival(
        product=line.product or product or "",
        quantity=line.quantity,
        expires_on=line.expires_on or day,
        unit_cost=line.unit_cost,
        lot_code=line.lot_code or lot,
        rejected=line.rejected or Decimal(0),
        reason=line.reason,
    )


def _said(scan: Scanned | None) -> tuple[str | None, str | None, date | None]:
    """Return the product, the lot and the last day that a code says; the day to sell it counts before the one to eat it at its best."""
    if not isinstance(scan, tuple):
        return None, None, None
    meaning, bearer = scan
    return bearer.code, meaning.lot, meaning.expires_on or meaning.best_before


def _faults(line: Noted, scan: Scanned | None, at: str) -> Iterator[FieldError]:
    if isinstance(scan, NotFound | Invalid):
        yield FieldError(f"{at}/code", str(scan.detail))
        return
    product, lot, day = _said(scan)
    if line.product is None and product is None:
        yield FieldError(f"{at}/product", "is missing, and there is no code that names it")
    if line.product and product and line.product != product:
        yield FieldError(f"{at}/product", f"is another one than the code names, which is {product}")
    if line.lot_code and lot and line.lot_code != lot:
        yield FieldError(f"{at}/lot_code", f"is another one than in the code, which is {lot}")
    if line.expires_on and day and line.expires_on != day:
        yield FieldError(f"{at}/expires_on", f"is another day than in the code, which is {day}")
