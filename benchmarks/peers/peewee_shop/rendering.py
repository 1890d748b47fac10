"""Rows as JSON objects: what the peers answer."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks.peers.vat import line_total, vat_by_rate

NOTHING = Decimal("0.000")


def moment(value: datetime) -> str:
    """Return the time as in RFC 3339, in UTC."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def product_json(row: Any) -> dict[str, Any]:
    """Return the product of a row of catalogue.products()."""
    return {
        "code": row.code,
        "gtin": row.gtin,
        "plu": row.plu,
        "other_barcodes": row.other_barcodes,
        "name": row.name,
        "description": row.description,
        "image": _image(row.image),
        "brand": row.brand and {"code": row.brand.code, "name": row.brand.name},
        "category": {"code": row.category.code, "name": row.category.name},
        "unit": row.unit,
        "price": str(row.offer.unit_price),
        "list_price": str(row.price),
        "discount": _discount(row.offer.discount),
        "vat_rate": str(row.vat_rate),
        "reorder_level": str(row.reorder_level),
        "available": str(row.available),
        "in_stock": row.available > 0,
        "active": row.active,
        "version": row.version,
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }


def _image(hash_: str | None) -> dict[str, str] | None:
    if hash_ is None:
        return None
    return {size: f"/api/v1/images/{hash_}/{size}" for size in ("small", "medium", "large")}


def _discount(row: Any) -> dict[str, str] | None:
    return row and {"code": row.code, "name": row.name, "rate": str(row.rate)}


def cart_json(cart: Any, items: Iterable[Any], purchase: str | None, currency: str) -> Any:
    """Return the cart with rows of carts.items(), at today's prices."""
    shown = []
    total = Decimal("0.00")
    charged = []
    for item in items:
        product = item.product
        price = product.offer.unit_price
        costs = line_total(item.quantity, price)
        total += costs
        charged.append((costs, product.vat_rate))
        shown.append(
            {
                "product": {"code": product.code, "name": product.name, "unit": product.unit},
                "quantity": str(item.quantity),
                "unit_price": str(price),
                "total": str(costs),
                "available": str(item.available if product.active else NOTHING),
            }
        )
    vat = vat_by_rate(charged)
    return {
        "id": str(cart.id),
        "status": cart.status,
        "currency": currency,
        "items": shown,
        "total": str(total),
        "vat_total": str(sum((each.vat for each in vat), Decimal("0.00"))),
        "vat": [each.json() for each in vat],
        "created_at": moment(cart.created_at),
        "expires_at": moment(cart.expires_at),
        "purchase": purchase,
    }


def placed_json(purchase: Any, lines: Sequence[Any]) -> dict[str, Any]:
    """Return a purchase that was just placed, which nothing is paid for yet."""
    return {
        "id": str(purchase.id),
        "invoice_number": purchase.invoice_number,
        "status": purchase.status,
        "contact_name": purchase.contact_name,
        "contact_phone": purchase.contact_phone,
        "currency": purchase.currency,
        "total": str(purchase.total),
        "vat_total": str(purchase.vat_total),
        "vat": [
            each.json() for each in vat_by_rate([(line.total, line.vat_rate) for line in lines])
        ],
        "paid": "0.00",
        "refunded": "0.00",
        "due": str(purchase.total),
        "lines": [_line(line) for line in lines],
        "payments": [],
        "placed_at": moment(purchase.placed_at),
        "pay_by": moment(purchase.pay_by),
        "collected_at": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "version": purchase.version,
    }


def _line(line: Any) -> dict[str, str]:
    return {
        "product": line.code,
        "name": line.name,
        "unit": line.unit,
        "quantity": str(line.quantity),
        "list_price": str(line.list_price),
        "discount_rate": str(line.discount_rate),
        "unit_price": str(line.unit_price),
        "vat_rate": str(line.vat_rate),
        "vat_amount": str(line.vat),
        "total": str(line.total),
        "returned": str(NOTHING),
    }
