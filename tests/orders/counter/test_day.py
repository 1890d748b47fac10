"""A day of sales at one till: every sum of it, against sums of our own."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from app.commands.consistency import breaches, snapshot
from tests.builders import as_clerk, deposit, on_sale
from tests.orders.counter.counting import SESSIONS, ask, line, opened, sell
from tests.orders.sales import conflict
from tests.support.clients import client_at, shop_with

CENT, COIN = Decimal("0.01"), Decimal("0.05")


def half_up(amount: Decimal, step: Decimal) -> Decimal:
    """Round half up, away from 0."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def amount(text: str) -> Decimal:
    return Decimal(text)


def payments(dice: random.Random, total: Decimal) -> list[dict[str, str]]:
    """Return some way to pay for what comes to about so much."""
    card = {"method": "card", "amount": f"{half_up(total / 3, CENT)}"}
    ways: list[list[dict[str, str]]] = [[], [{"method": "cash"}], [{"method": "card"}]]
    if total > 1:
        ways += [[card, {"method": "cash"}], [{"method": "cash", "tendered": f"{total + 5}"}]]
    return dice.choice(ways)


def vat_of(receipt: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """Return gross and VAT by rate, worked out of a receipt's lines."""
    gross: dict[str, Decimal] = {}
    for each in receipt["lines"]:
        rate = each["vat_rate"]
        gross[rate] = gross.get(rate, Decimal(0)) + amount(each["total"])
    return {
        rate: (total, total - half_up(total / (1 + amount(rate)), CENT))
        for rate, total in gross.items()
    }


def cash_of(receipt: Any) -> Decimal:
    """Return by how much there is more in the drawer."""
    return sum(
        (amount(p["amount"]) + amount(p["rounding"])) * (1 if p["kind"] == "payment" else -1)
        for p in receipt["payments"]
        if p["method"] == "cash"
    ) or Decimal(0)


class Day:
    """What was sold at a till so far, and what there should be of it."""

    def __init__(self, dice: random.Random, on: Any, client: Any, session: Any) -> None:
        self.dice, self.on, self.client, self.session = dice, on, client, session
        self.drawer, self.total = Decimal("100.00"), Decimal(0)
        self.vat: dict[str, Decimal] = {}

    async def sell(self, shelf: list[Any], bottles: list[Any]) -> None:
        """Sell something, for which something may be given back."""
        dice = self.dice
        some = dice.sample(shelf, dice.randint(0, 3))
        lines = [line(each, str(dice.randint(1, 4))) for each in some]
        given = [
            {"deposit": each.code, "quantity": str(dice.randint(1, 9))}
            for each in bottles
            if not lines or dice.random() < 0.5
        ]
        asked = {"deposits_returned": given, "till": self.session["till"]}
        # What a till's display shows before it is paid.
        shown = await ask(self.client, self.on, *lines, **asked, expected_total="-999.00")
        total = amount(conflict(shown, "price_changed")["total"])
        paid = payments(dice, total)
        self.count(await sell(self.client, self.on, *lines, **asked, payments=paid), total)

    def count(self, receipt: Any, total: Decimal) -> None:
        """Check a receipt that comes to so much, and add it up."""
        assert amount(receipt["total"]) == total
        assert sum(amount(each["total"]) for each in receipt["lines"]) == total
        assert sum(amount(p["amount"]) for p in receipt["payments"]) == abs(total)
        by_rate = {v["rate"]: (amount(v["gross"]), amount(v["vat"])) for v in receipt["vat"]}
        assert by_rate == vat_of(receipt)
        cash = cash_of(receipt)
        assert cash % COIN == 0
        self.drawer, self.total = self.drawer + cash, self.total + total
        for rate, (_, part) in by_rate.items():
            self.vat[rate] = self.vat.get(rate, Decimal(0)) + part


@pytest.mark.parametrize("seed", range(3))
async def test_of_sales_adds_up(fresh_database, make_settings, seed):
    dice = random.Random(seed)
    settings = make_settings(fresh_database, shop={"cash_rounding": str(COIN)})
    bottles = [deposit(fresh_database, each, vat_rate="0.1900") for each in ("0.08", "0.25")]
    shelf = [
        on_sale(
            fresh_database,
            price=dice.choice(["0.03", "0.49", "1.99", "12.10"]),
            stock=dice.choice([None, 3, 500]),
            vat_rate=dice.choice(["0.0000", "0.0700", "0.1900"]),
            deposit=dice.choice([None, *bottles]),
        )
        for _ in range(6)
    ]
    async with shop_with(settings) as shop, client_at(shop) as client:
        session = await opened(client, fresh_database)
        day = Day(dice, fresh_database, client, session)
        for _ in range(20):
            await day.sell(shelf, bottles)
        url, counted = f"{SESSIONS}/{session['id']}/close", {"counted": f"{day.drawer}"}
        closed = await client.post(url, json=counted, headers=as_clerk(fresh_database))
    found = closed.json()
    assert found["difference"] == "0.00"
    assert amount(found["invoiced"]) == day.total
    assert {v["rate"]: amount(v["vat"]) for v in found["vat"]} == day.vat
    assert (found["prepaid"], found["redeemed"]) == ("0.00", "0.00")
    with snapshot(fresh_database.app_url) as cursor:
        assert breaches(cursor) == []
