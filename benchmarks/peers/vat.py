"""The VAT of a basket: by rate, and each line's part of it by largest remainder. Pure, on Decimals; for all peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")

Charged = tuple[Decimal, Decimal]
"""What a line costs, VAT included, and the rate."""


@dataclass(frozen=True, slots=True)
class VatOfRate:
    """All that is charged at one rate."""

    rate: Decimal
    gross: Decimal
    net: Decimal
    vat: Decimal

    def json(self) -> dict[str, str]:
        """Return it as it is answered."""
        return {
            "rate": str(self.rate),
            "gross": str(self.gross),
            "net": str(self.net),
            "vat": str(self.vat),
        }


def line_total(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return what so much costs: rounded half up to the cent, and a cent at least of what is not free."""
    exact = quantity * unit_price
    return max(exact.quantize(CENT, ROUND_HALF_UP), CENT) if exact else exact.quantize(CENT)


def vat_by_rate(lines: Sequence[Charged]) -> list[VatOfRate]:
    """Return the VAT of each rate, the lowest first, rounded once for each."""
    sums: dict[Decimal, Decimal] = {}
    for total, rate in lines:
        sums[rate] = sums.get(rate, Decimal("0.00")) + total
    found = []
    for rate, gross in sorted(sums.items()):
        net = (gross / (1 + rate)).quantize(CENT, ROUND_HALF_UP)
        found.append(VatOfRate(rate, gross, net, gross - net))
    return found


def vat_shares(lines: Sequence[Charged]) -> list[Decimal]:
    """Return each line's part of the VAT of its rate: the parts make the sum."""
    parts = [0] * len(lines)
    for each in vat_by_rate(lines):
        if not each.gross:
            continue
        vat, gross = int(each.vat / CENT), int(each.gross / CENT)
        left, remainders = vat, []
        for place, (total, rate) in enumerate(lines):
            if rate == each.rate:
                parts[place], remainder = divmod(vat * int(total / CENT), gross)
                left -= parts[place]
                remainders.append((-remainder, place))
        for _, place in sorted(remainders)[:left]:
            parts[place] += 1
    return [part * CENT for part in parts]
