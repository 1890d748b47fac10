"""What a unit costs per kilogram or litre. Pure, on Decimals; for the peers that work it out themselves."""

from decimal import ROUND_HALF_UP, Decimal

from benchmarks.peers.vat import CENT


def base_price(
    price: Decimal, unit: str, net_quantity: Decimal | None, net_unit: str | None
) -> dict[str, str] | None:
    """Return the price per kilogram or litre as it is answered; None where nobody said what is in a piece."""
    if net_quantity is not None and net_unit is not None:
        parts = 1000 if net_unit in {"g", "ml"} else 1
        amount = (price * parts / net_quantity).quantize(CENT, ROUND_HALF_UP)
        return {"amount": str(amount), "per": "kg" if net_unit in {"g", "kg"} else "l"}
    if unit == "piece":
        return None
    return {"amount": str(price), "per": "kg" if unit == "kg" else "l"}
