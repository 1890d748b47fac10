"""Brands, categories, discounts, coupons, deposits and products."""

import hashlib
import secrets
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg2.extras import Json

from tests.builders.rows import On, insert, rows, unique, value


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


_new_category = category


def discount(on: On, rate: str | Decimal | None = "0.1000", **more: Any) -> Any:
    """Insert a discount that began long ago and has no end; `more` are its columns."""
    code = more.pop("code", None) or unique("discount")
    basics = {"code": code, "name": f"Test {code}", "rate": rate, "starts_on": date(2020, 1, 1)}
    lists = {name: Json(each) for name, each in more.items() if isinstance(each, list)}
    return insert(on, "discount", **{**basics, **more, **lists})


def markdown(
    on: On, rate: str | Decimal = "0.3000", days_left: int = 2, *, category: Any = None, **more: Any
) -> Any:
    """Insert a rule for what is in the row `category`, a new one by default, and has so many days left."""
    code = more.pop("code", None) or unique("markdown")
    basics = {"code": code, "name": f"Test {code}", "rate": rate, "days_left": days_left}
    where = _new_category(on) if category is None else category
    return insert(on, "markdown", **{**basics, "category_id": where.id, **more})


def coupon(on: On, **more: Any) -> Any:
    """Insert a coupon of 1.00 that began long ago and has no end; `more` are its columns."""
    code = more.pop("code", None) or unique("coupon")
    basics = {"code": code, "name": f"Test {code}", "starts_on": date(2020, 1, 1)}
    off = {} if "rate" in more else {"amount": "1.00"}
    lists = {name: Json(codes) for name, codes in more.items() if name.startswith("excluded_")}
    return insert(on, "coupon", **{**basics, **off, **more, **lists})


def deposit(on: On, amount: str | Decimal = "0.25", **more: Any) -> Any:
    """Insert a deposit of so much on a piece; `more` are its columns."""
    code = more.pop("code", None) or unique("deposit")
    basics = {"code": code, "name": f"Test {code}", "amount": amount, "vat_rate": "0.1900"}
    return insert(on, "deposit", **{**basics, **more})


def coming_price(on: On, of: Any, starts_on: str, price: str, by: int | None = None) -> Any:
    """Have the product `of` listed at that price from a day on, as the login `by` said."""
    named = {"product_id": of.id, "starts_on": starts_on, "price": price, "login_id": by}
    return insert(on, "coming_price", **named)


def synonyms(on: On, *groups: tuple[str, ...]) -> None:
    """Have the words of each group mean the same to the search; there is one list in a database."""
    rows(
        on,
        """
        INSERT INTO synonym (words, written, number, place)
        SELECT search_words(w.written), w.* FROM unnest(%(words)s, %(numbers)s, %(places)s) AS w (written, number, place)
        """,
        words=[word for group in groups for word in group],
        numbers=[number for number, group in enumerate(groups) for _ in group],
        places=[place for group in groups for place, _ in enumerate(group)],
    )


def product(
    on: On,
    price: str | Decimal = "2.00",
    *,
    brand: Any = None,
    discount: Any = None,
    deposit: Any = None,
    **more: Any,
) -> Any:
    """Insert a product, of no brand and sold by the piece; `more` are its columns.

    `category` may be a row; a new one is made if there is none. `other_barcodes` are pairs of a GTIN and its pieces.
    """
    code = more.pop("code", None) or unique("product")
    kind = more.pop("category", None) or category(on)
    basics = {"code": code, "name": f"Test {code}", "unit": "piece", "vat_rate": "0.0700"}
    links = {
        "brand_id": brand.id if brand else None,
        "category_id": kind.id,
        "discount_id": discount.id if discount else None,
    }
    if deposit:
        links["deposit_id"] = deposit.id
    if "diets" in more:
        more["diets"] = Json(more["diets"])
    if barcodes := more.pop("other_barcodes", ()):
        others = [{"gtin": gtin, "pieces": pieces} for gtin, pieces in barcodes]
        more["other_barcodes"] = Json(others)
    return insert(on, "product", **{**basics, "price": price, **links, **more})


def plu(on: On) -> str:
    """Return a PLU of 4 digits, 5000 or above, that no product has."""
    made = str(5000 + secrets.randbelow(5000))
    taken = value(
        on, "SELECT count(*) FROM product WHERE lpad(plu, 5, '0') = %(plu)s", plu=f"0{made}"
    )
    return plu(on) if taken else made


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
    taken = value(on, "SELECT count(*) FROM barcode WHERE gtin14 = %(gtin)s", gtin=f"0{made}")
    return gtin(on) if taken else made
