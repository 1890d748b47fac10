"""Brands, categories, discounts and products."""

import hashlib
import secrets
from datetime import date
from decimal import Decimal
from typing import Any

from tests.builders.rows import On, insert, unique, value


def brand(on: On, **more: Any) -> Any:
    """Insert a brand; `more` are its columns."""
    code = more.pop("code", None) or unique("brand")
    return insert(on, "brand", **{"code": code, "name": f"Test {code}", **more})


def category(on: On, *, parent: Any = None, **more: Any) -> Any:
    """Insert a category, below the row `parent` if there is one; `more` are its columns."""
    code = more.pop("code", None) or unique("category")
    parent_id = parent.id if parent else None
    return insert(
        on, "category", **{"code": code, "name": f"Test {code}", "parent_id": parent_id, **more}
    )


def discount(on: On, rate: str | Decimal = "0.1000", **more: Any) -> Any:
    """Insert a discount that began long ago and has no end; `more` are its columns."""
    code = more.pop("code", None) or unique("discount")
    basics = {"code": code, "name": f"Test {code}", "rate": rate, "starts_on": date(2020, 1, 1)}
    return insert(on, "discount", **{**basics, **more})


def product(
    on: On, price: str | Decimal = "2.00", *, brand: Any = None, discount: Any = None, **more: Any
) -> Any:
    """Insert a product, of no brand and sold by the piece; `more` are its columns.

    `category` may be a row; a new one is made if there is none.
    """
    code = more.pop("code", None) or unique("product")
    kind = more.pop("category", None) or category(on)
    basics = {"code": code, "name": f"Test {code}", "unit": "piece", "vat_rate": "0.0700"}
    links = {
        "brand_id": brand.id if brand else None,
        "category_id": kind.id,
        "discount_id": discount.id if discount else None,
    }
    return insert(on, "product", **{**basics, "price": price, **links, **more})


def stored_image(on: On) -> Any:
    """Insert an image that nothing has; it is none, but bytes of its own."""
    small, medium, large = (secrets.token_bytes(length) for length in (20, 30, 40))
    hash_ = hashlib.sha256(large).hexdigest()
    sizes = {"small": small, "medium": medium, "large": large, "width": 3, "height": 2}
    return insert(on, "image", hash=hash_, **sizes)


def gtin(on: On) -> str:
    """Return an EAN-13 of the in-store prefix 20 that no product has."""
    digits = f"20{secrets.randbelow(10**10):010}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    made = f"{digits}{-total % 10}"
    taken = value(on, "SELECT count(*) FROM product WHERE gtin = %(gtin)s", gtin=made)
    return gtin(on) if taken else made
