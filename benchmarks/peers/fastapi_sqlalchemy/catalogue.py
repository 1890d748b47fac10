"""Queries about products."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload, undefer, undefer_group
from sqlalchemy.sql.base import ExecutableOption

from benchmarks.peers.fastapi_shop.inputs import ProductQuery
from benchmarks.peers.fastapi_sqlalchemy.goods import Category, Offer, Product
from benchmarks.peers.words import words

_NAMED: tuple[ExecutableOption, ...] = (
    joinedload(Product.brand),
    joinedload(Product.category, innerjoin=True),
    joinedload(Product.deposit),
)
_WITH_DISCOUNT: tuple[ExecutableOption, ...] = (
    joinedload(Offer.discount),
    undefer(Offer.prior_price),
)
# Joined for one product; of many, PostgreSQL would first make these views for all there are.
_ONE: tuple[ExecutableOption, ...] = (
    *_NAMED,
    joinedload(Product.offer, innerjoin=True).options(*_WITH_DISCOUNT),
    joinedload(Product.availability, innerjoin=True),
    undefer_group("details"),
)
_MANY: tuple[ExecutableOption, ...] = (
    *_NAMED,
    selectinload(Product.offer).options(*_WITH_DISCOUNT),
    selectinload(Product.availability),
)


async def find(session: AsyncSession, code: str) -> Product | None:
    """Return the product with that code, with all that it is shown with."""
    return await session.scalar(select(Product).where(Product.code == code).options(*_ONE))


async def page(
    session: AsyncSession, query: ProductQuery, after: tuple[Any, ...] | None
) -> Sequence[Row[Product, Any]]:
    """Return rows of (product, sort key) that `query` wants, behind the key `after`; one too many."""
    sought = words(query.q or "")
    if query.q and query.q.strip() and not sought:
        return []
    key = _relevance(sought) if sought else func.plain_text(Product.name)
    statement = select(Product, key.label("key")).where(Product.active)
    if query.category is not None:
        statement = statement.where(Product.category_id.in_(_below(query.category)))
    for word in sought:
        # A query of its own, so that PostgreSQL asks once what is meant, and not for each product.
        meant = select(func.sought_words(word)).scalar_subquery()
        statement = statement.where(Product.search.bool_op("@@")(meant))
    if after is not None:
        place, behind = tuple_(key, Product.id), tuple_(*after)
        statement = statement.where(place < behind if sought else place > behind)
    order = (key.desc(), Product.id.desc()) if sought else (key, Product.id)
    statement = statement.order_by(*order).limit(query.limit + 1).options(*_MANY)
    return (await session.execute(statement)).all()


def _below(code: str) -> Select[int]:
    """Return the query of the ids of a category and all below it."""
    below = select(Category.id).where(Category.code == code).cte("below", recursive=True)
    return select(below.union_all(select(Category.id).where(Category.parent_id == below.c.id)).c.id)


def _relevance(sought: Sequence[str]) -> Any:
    """Return a whole number: how much of the name the words are, and the words of the name."""
    given = func.string_to_array(" ".join(sought), " ")
    return func.relevance(given, func.plain_text(Product.name), type_=Integer)
