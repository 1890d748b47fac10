"""Statements that are planned each time they are asked, and with what tests ask them: all plans are looked at."""

import datetime as dt
from decimal import Decimal

NOW = dt.datetime.now(dt.UTC)
TODAY = NOW.date()
A_PURCHASE = "c4ca4238-a0b9-2382-0dcc-509a6f75849b"

# Lists for staff with many filters that may all be absent: one plan cannot do for all of them, so these are planned each
# time. (The parameters of all, then those of each example.)
LISTS = {
    "app.inventory.counts.statements.READ": ({"code": "CT-000700"}, {"bound": Decimal(5)}),
    "app.inventory.counts.statements.PRODUCTS": (
        {"count": 700, "limit": 21},
        {"state": "recount"},
        {"after_place": 9},
    ),
    "app.inventory.counts.statements.RESULTS": (
        {"count": 700, "zero": False},
        {"zero": True},
        {"products": [699]},
    ),
    "app.inventory.stock.statements.LOT_PAGE": (
        {"all": False, "limit": 21},
        {"all": True},
        {"product": "77"},
        {"supplier": "supplier"},
        {"expires_before": TODAY},
        {"expired": True},
        {"expired": False},
        {"all": True, "after_id": 5, "after_expiry": TODAY},
        {"product": "77", "after_id": 5, "after_expiry": TODAY},
    ),
    "app.inventory.stock.statements.MOVEMENT_PAGE": (
        {"limit": 21},
        {"product": "77"},
        {"lot": 7},
        {"kind": "sale"},
        {"kind": "waste"},
        {"since": NOW},
        {"until": NOW},
        {"purchase": A_PURCHASE},
        {"invoice_request": "5"},
        {"after_id": 9000},
        {"product": "77", "after_id": 9000},
    ),
}

A_REPORT = (
    {"since": TODAY, "until": TODAY, "on": TODAY, "days": 7},
    {"product": "77"},
    {"category": "category-1"},
    {"brand": "brand-1", "supplier": "supplier"},
)
"""Of a day, of all goods and of some."""
