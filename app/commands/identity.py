"""Which shop a database is of: the currency of its money, the time zone of its days, who sells and how far weights may be off, as `migrate` wrote them down.

The currency is for good, because what was sold is in it and no amount says so by itself. The time zone may change: all
moments are kept as such. But it is one for all who serve, or each would have a day of its own. Who sells is what documents say from then on, and how far weights may be off what is ordered.
"""

from contextlib import closing
from typing import Any

import click
import psycopg2
from psycopg2 import extensions
from psycopg2.extras import Json

from app.core.settings import ShopSettings


class AnotherShop(click.ClickException):
    """The settings are not of the shop that the database is of; its text is one sentence that says what to do."""


def refuse_another(cursor: extensions.cursor, shop: ShopSettings) -> None:
    """Raise AnotherShop if the database's money is in another currency than the settings'.

    Of a database from before this was written down, its purchases tell; one without any is taken for the settings'.
    """
    held = _held(cursor, shop.currency)
    if held not in {None, shop.currency}:
        raise AnotherShop(
            f"The money in this database is {held}, and shop.currency (OGS_SHOP__CURRENCY) says {shop.currency}:"
            " set it right. A shop that has sold nothing yet may change it: docs/operations.md says how."
        )


def _held(cursor: extensions.cursor, wanted: str) -> str | None:
    cursor.execute("SELECT to_regclass('shop') IS NOT NULL, to_regclass('purchase') IS NOT NULL")
    is_written, is_selling = cursor.fetchone() or (False, False)
    if is_written:
        cursor.execute("SELECT currency FROM shop")
        if row := cursor.fetchone():
            return str(row[0])
    if is_selling:
        cursor.execute("SELECT currency FROM purchase WHERE currency <> %s LIMIT 1", (wanted,))
        if row := cursor.fetchone():
            return str(row[0])
    return None


def write_down(owner_url: str, shop: ShopSettings) -> None:
    """Have the database say whose it is: the currency once and for all, all else as it is now.

    Raises AnotherShop if another currency was written down meanwhile.
    """
    with (
        closing(psycopg2.connect(owner_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """
            INSERT INTO shop (currency, time_zone, seller, weight_tolerance) VALUES (%s, %s, %s, %s)
            ON CONFLICT (one) DO UPDATE SET time_zone = excluded.time_zone, seller = excluded.seller,
                    weight_tolerance = excluded.weight_tolerance
                WHERE (shop.time_zone, shop.seller, shop.weight_tolerance)
                    IS DISTINCT FROM (excluded.time_zone, excluded.seller, excluded.weight_tolerance)
            """,
            (shop.currency, shop.time_zone, Json(_seller(shop)), shop.weight_tolerance),
        )
        refuse_another(cursor, shop)


def _seller(shop: ShopSettings) -> dict[str, Any]:
    """Return who sells, as documents have it."""
    seller = shop.seller
    return {
        "name": seller.name or shop.name,
        "address": list(seller.address),
        "vat_id": seller.vat_id or None,
    }
