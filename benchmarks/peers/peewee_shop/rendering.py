"""Rows as JSON objects: what the peers answer."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks.peers.peewee_shop.rules import Coupon, Line, deposits
from benchmarks.peers.prices import base_price
from benchmarks.peers.vat import vat_by_rate

NOTHING = Decimal("0.000")

_MULTIBUY = ("code", "name", "buy", "pay", "price")


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
        "discount": _discount(row),
        "multibuys": [{name: each[name] for name in _MULTIBUY} for each in row.multibuys or ()],
        "deposit": _deposit(row.offer),
        "net_quantity": _text(row.net_quantity),
        "net_unit": row.net_unit,
        "base_price": base_price(row.offer.unit_price, row.unit, row.net_quantity, row.net_unit),
        "allergens": row.allergens,
        "diets": row.diets,
        "alcohol": row.alcohol,
        "min_age": row.min_age,
        "vat_rate": str(row.vat_rate),
        "reorder_level": str(row.reorder_level),
        "available": str(row.available),
        "in_stock": row.available > 0,
        "active": row.active,
        "version": row.version,
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }


def details_json(row: Any) -> dict[str, Any]:
    """Return what only a product that is read alone has."""
    return {
        "ingredients": row.ingredients,
        "nutrition": row.nutrition,
        "food_business": row.food_business,
        "origin": row.origin,
        "storage": row.storage,
        "reduced": json.loads(row.reduced),
        "shelf_life_days": row.shelf_life_days,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _image(hash_: str | None) -> dict[str, str] | None:
    if hash_ is None:
        return None
    return {size: f"/api/v1/images/{hash_}/{size}" for size in ("small", "medium", "large")}


def _discount(row: Any) -> dict[str, str | None] | None:
    made_by = row.offer.discount
    return made_by and {
        "code": made_by.code,
        "name": made_by.name,
        "rate": _text(made_by.rate),
        "amount": _text(made_by.amount),
        "prior_price": _text(row.prior_price),
    }


def _deposit(row: Any) -> dict[str, str] | None:
    return row.deposit_code and {
        "code": row.deposit_code,
        "name": row.deposit_name,
        "amount": str(row.deposit_amount),
    }


def cart_json(
    cart: Any, items: Iterable[Any], goods: Sequence[Line], coupon: Coupon | None, currency: str
) -> Any:
    """Return an open cart with rows of carts.items() and their lines, at today's prices."""
    shown = [_item(item, line) for item, line in zip(items, goods, strict=True)]
    if coupon is not None and not coupon.refused:
        coupon.redeem(goods)
    charged = [(line.total, line.vat_rate) for line in [*goods, *deposits(goods)]]
    vat = vat_by_rate(charged)
    total = str(sum((total for total, _ in charged), Decimal("0.00")))
    return {
        "id": str(cart.id),
        "status": cart.status,
        "ready": bool(shown)
        and not any(item["problems"] for item in shown)
        and not (coupon and coupon.refused),
        "currency": currency,
        "min_age": max(
            (item["min_age"] for item in shown if item["min_age"] is not None), default=None
        ),
        "items": shown,
        "coupon": coupon and _entered(coupon),
        "total": total,
        "ceiling": total,
        "vat_total": str(sum((each.vat for each in vat), Decimal("0.00"))),
        "vat": [each.json() for each in vat],
        "created_at": moment(cart.created_at),
        "expires_at": moment(cart.expires_at),
        "purchase": None,
    }


def _item(item: Any, line: Line) -> dict[str, Any]:
    product = item.product
    deposit = line.deposit()
    return {
        "id": item.id,
        **_offer(line),
        "product": {"code": product.code, "name": product.name, "unit": product.unit},
        "quantity": str(item.quantity),
        "list_price": str(line.list_price),
        "unit_price": str(line.unit_price),
        "discount": line.discount,
        "label_price": _text(item.label_price),
        "total": str(line.total),
        "deposit": deposit and {**(_deposit(product.offer) or {}), "total": str(deposit.total)},
        "min_age": product.min_age,
        "substitute": item.substitute,
        "available": str(item.available if product.active else NOTHING),
        "problems": _problems(item),
    }


def _problems(item: Any) -> list[str]:
    if not item.product.active:
        return ["withdrawn"]
    return ["out_of_stock"] if item.quantity > item.available else []


def _offer(line: Line) -> dict[str, str | None]:
    day = line.best_before
    return {
        "offer": "regular" if day is None else "reduced",
        "best_before": None if day is None else day.isoformat(),
    }


def _entered(coupon: Coupon) -> dict[str, str | None]:
    return {
        "code": coupon.code,
        "name": coupon.name,
        "reduction": str(coupon.reduction),
        "refused": coupon.refused or None,
        "minimum": str(coupon.minimum),
    }


def placed_json(purchase: Any, lines: Sequence[Line], coupon: Coupon | None) -> dict[str, Any]:
    """Return a purchase that was just placed, which nothing is paid for yet."""
    return {
        "id": str(purchase.id),
        "number": purchase.invoice_number,
        "invoice_number": purchase.invoice_number,
        "status": purchase.status,
        "contact_name": purchase.contact_name,
        "contact_phone": purchase.contact_phone,
        "currency": purchase.currency,
        "total": str(purchase.total),
        "ordered_total": str(purchase.total),
        "ceiling": str(purchase.total),
        "vat_total": str(purchase.vat_total),
        "coupon": coupon
        and {"code": coupon.code, "name": coupon.name, "reduction": str(coupon.reduction)},
        "vat": [
            each.json() for each in vat_by_rate([(line.total, line.vat_rate) for line in lines])
        ],
        "paid": "0.00",
        "refunded": "0.00",
        "due": str(purchase.total),
        "owed": "0.00",
        "lines": [_line(line) for line in lines],
        "payments": [],
        "placed_at": moment(purchase.placed_at),
        "pay_by": moment(purchase.pay_by),
        "collect_by": None,
        "slot": None,
        "picked_at": None,
        "collected_at": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "min_age": purchase.min_age,
        "age_checked": False,
        "version": purchase.version,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": "goods" if line.goods is None else "deposit",
        "product": line.code if line.goods is None else None,
        "deposit": None if line.goods is None else line.code,
        "deposit_of": line.goods and line.goods.id,
        **_offer(line),
        "name": line.name,
        "unit": line.unit,
        "quantity": str(line.quantity),
        "ordered": str(line.quantity),
        "substitute_for": None,
        "list_price": str(line.list_price),
        "discount_rate": str(line.discount_rate),
        "unit_price": str(line.unit_price),
        "discount": line.discount,
        "label_price": _text(line.label_price),
        "vat_rate": str(line.vat_rate),
        "vat_amount": str(line.vat),
        "coupon_reduction": str(line.coupon_reduction or Decimal("0.00")),
        "total": str(line.total),
        "returned": str(NOTHING),
        "substitute": line.substitute,
    }
