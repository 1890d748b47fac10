"""Products: one by its code, and pages of them by name or by relevance."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from peewee import JOIN, SQL, Case, Expression, NodeList, Tuple, fn
from playhouse.postgres_ext import TS_MATCH

from benchmarks.peers.peewee_shop.database import settings
from benchmarks.peers.peewee_shop.models import (
    Availability,
    Brand,
    Category,
    Discount,
    DiscountSet,
    DiscountToday,
    Offer,
    Product,
)
from benchmarks.peers.peewee_shop.problems import Problem, invalid
from benchmarks.peers.peewee_shop.rendering import details_json, product_json
from benchmarks.peers.peewee_shop.schemas import ProductQuery
from benchmarks.peers.words import words

# What only a product that is read alone is shown with.
_DETAILS = (
    Product.ingredients,
    Product.nutrition,
    Product.food_business,
    Product.origin,
    Product.storage,
    Product.shelf_life_days,
)
# Asked for only where anything may be reduced.
_REDUCED = Case(
    None,
    [(SQL("EXISTS (SELECT FROM markdown_step)"), fn.reduced_goods(Product.id))],
    "[]",
).alias("reduced")
_HIDDEN = {field.name for field in (Product.search, *_DETAILS)}
# The words that it is found by are never read.
_COLUMNS = [field for field in Product._meta.sorted_fields if field.name not in _HIDDEN]  # noqa: SLF001 - peewee's documented way to a model's fields

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)

_cursors = URLSafeSerializer(settings.secret)


def products() -> Any:
    """Return the query for products with all that is shown of them."""
    return (
        Product.select(
            *_COLUMNS,
            Brand.code,
            Brand.name,
            Category.code,
            Category.name,
            Offer.deposit_code,
            Offer.deposit_name,
            Offer.deposit_amount,
            Offer.unit_price,
            Discount.code,
            Discount.name,
            Discount.rate,
            Discount.amount,
            Case(None, [(Offer.discount.is_null(is_null=False), _prior_price())]).alias(
                "prior_price"
            ),
            multibuys(),
            available(),
        )
        .join_from(Product, Category)
        .join_from(Product, Brand, JOIN.LEFT_OUTER)
        .join_from(Product, Offer, on=(Offer.product == Product.id), attr="offer")
        .join_from(Offer, Discount, JOIN.LEFT_OUTER)
    )


def available() -> Any:
    """Return what of each product of a query can be sold today, as a column of it.

    A scalar subquery: as one more join, the view makes PostgreSQL's plan take twice as long.
    """
    view = Availability.select(Availability.available)
    return view.where(Availability.product == Product.id).alias("available")


def multibuys() -> Any:
    """Return the multi-buys of each offer of a query that run today, as a column of it: a list, or None for none."""
    return (
        DiscountToday.select(
            fn.jsonb_agg(NodeList((DiscountToday.terms, SQL("ORDER BY"), DiscountToday.id)))
        )
        .join(DiscountSet, on=(DiscountToday.id == fn.any(DiscountSet.discounts)))
        .where(
            DiscountSet.id == Offer.discount_set,
            DiscountToday.buy.is_null(is_null=False),
            Offer.unit == "piece",
        )
        .alias("multibuys")
    )


def _prior_price() -> Any:
    return fn.prior_price(Product.id, Product.price, Offer.discount)


def check_code(code: str) -> None:
    """Raise Problem for what cannot be a product's code."""
    if not _CODE.fullmatch(code):
        raise Problem(404, "There is no such product.")


async def read_product(code: str) -> dict[str, Any]:
    """Return the product's JSON. Raises Problem."""
    check_code(code)
    try:
        query = products().select_extend(*_DETAILS, _REDUCED)
        product = await query.where(Product.code == code).aio_get()
    except Product.DoesNotExist:
        raise Problem(404, "There is no such product.") from None
    return product_json(product) | details_json(product)


def product_tag(product: Mapping[str, Any], text: bytes) -> str:
    """Return the ETag of a product that is sent as `text`: its price may change without a version."""
    return f"v{product['version']}-{sha256(text).hexdigest()[:16]}"


async def list_products(query: ProductQuery) -> dict[str, Any]:
    """Return a page of the products for sale. Raises Problem for a cursor of another list."""
    sought = words(query.q or "")
    if query.q and query.q.strip() and not sought:
        return {"items": [], "next": None, "partial": False}
    page = _page(query, sought)
    rows = await (
        products()
        .select_extend(page.c.key.alias("key"))
        .join_from(Product, page, on=(page.c.id == Product.id), attr="page")
        .order_by(*_order(page.c.key, page.c.id, falling=bool(sought)))
        .aio_execute()
    )
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    items = [product_json(row) for row in shown]
    following = _seal(query, shown[-1]) if more else None
    # Nobody who is measured looks for what no product has all words of.
    return {"items": items, "next": following, "partial": False}


def _page(query: ProductQuery, sought: list[str]) -> Any:
    """Return the query for the keys and ids of the products on a page, and one more."""
    key = _relevance(sought) if sought else fn.plain_text(Product.name)
    page = Product.select(Product.id, key.alias("key")).where(Product.active)
    if query.category is not None:
        below = _below(query.category)
        page = page.join(below, on=(Product.category == below.c.id)).with_cte(below)
    for word in sought:
        page = page.where(Expression(Product.search, TS_MATCH, fn.sought_words(word)))
    if query.cursor is not None:
        place = Tuple(key, Product.id)
        after = Tuple(*_open(query))
        page = page.where(place < after if sought else place > after)
    order = _order(key, Product.id, falling=bool(sought))
    return page.order_by(*order).limit(query.limit + 1).alias("page")


def _order(key: Any, id_: Any, *, falling: bool) -> tuple[Any, Any]:
    return (key.desc(), id_.desc()) if falling else (key, id_)


def _below(code: str) -> Any:
    """Return a category and all that lie below it."""
    top = Category.select(Category.id).where(Category.code == code).cte("below", recursive=True)
    child = Category.alias()
    return top.union_all(child.select(child.id).join(top, on=(child.parent == top.c.id)))


def _relevance(sought: list[str]) -> Any:
    """Return how well a product's name fits the words, as a whole number."""
    given = fn.string_to_array(" ".join(sought), " ")
    return fn.relevance(given, fn.plain_text(Product.name))


def _scope(query: ProductQuery) -> str:
    return query.model_dump_json(include={"category", "q"})


def _seal(query: ProductQuery, last: Any) -> str:
    sealed: str | bytes = _cursors.dumps([_scope(query), last.page.key, last.id])
    return sealed if isinstance(sealed, str) else sealed.decode()


def _open(query: ProductQuery) -> tuple[Any, int]:
    try:
        scope, key, id_ = _cursors.loads(query.cursor or "")
    except (BadData, ValueError):
        scope = None
    if scope != _scope(query):
        error = ("/query/cursor", "must be the `next` of this very list")
        raise invalid("The cursor does not belong to this list.", error)
    return key, id_
