"""What goes back of the money paid for a purchase: pure sums on Decimals, in the shop's one currency.

What a basket costs is worked out where it is charged: line_total, vat_by_rate and vat_of_lines (.sql).
"""

from collections.abc import Mapping
from decimal import Decimal


def money_back(
    balances: Mapping[str, Decimal], amount: Decimal | None = None
) -> dict[str, Decimal]:
    """Return how much to give back by each method: all that was paid, or an `amount` of at most that.

    `balances` is paid less refunded by method, in the order in which the methods were first used.
    One is below zero where more was refunded in cash, say, than came in that way: then so much
    less goes back by the others. What goes back by a method is never more than its balance.
    """
    left = sum(balances.values(), Decimal("0.00")) if amount is None else amount
    back: dict[str, Decimal] = {}
    for method, balance in balances.items():
        part = min(balance, left)
        if part > 0:
            back[method] = part
            left -= part
    return back
