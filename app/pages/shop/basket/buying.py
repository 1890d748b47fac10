"""Who is buying, by the cookies that came along."""

from datetime import UTC, datetime, timedelta

from flask import Response

from app.core.web.security import Principal
from app.core.wiring import wired
from app.pages.frame.cookies import CART, PURCHASES, Cookies
from app.pages.frame.guards import opened_by, visitor

_MOST_PURCHASES = 3
"""Of a guest's, that a browser remembers: the last ones."""

_DAYS = 90
"""For how long it does; the shop may know them for less long."""


async def buyer() -> Principal | None:
    """Return the customer who is logged in, or else the guest whose basket the browser has; None where it has none."""
    known = await visitor()
    if known is not None and known.customer_id is not None:
        return known
    return await opened_by(wired(Cookies).read(CART))


async def buyers() -> list[Principal]:
    """Return everybody for whom this browser may see purchases: who is logged in, and the guests that it was."""
    cookies = wired(Cookies)
    tokens = [cookies.read(CART), *(cookies.read(PURCHASES) or "").split(".")]
    found = [await visitor(), *[await opened_by(token) for token in tokens if token]]
    return [each for each in found if each is not None]


def remember_basket(answer: Response, token: str | None) -> None:
    """Have the browser keep a guest's new basket."""
    if token is not None:
        wired(Cookies).set(answer, CART, token, _later())


def remember_purchase(answer: Response) -> None:
    """Have the browser keep what opens the purchase made from a guest's basket, and begin another basket."""
    cookies = wired(Cookies)
    if token := cookies.read(CART):
        before = (cookies.read(PURCHASES) or "").split(".")
        tokens = [token, *filter(None, before)][:_MOST_PURCHASES]
        cookies.set(answer, PURCHASES, ".".join(tokens), _later())
        cookies.drop(answer, CART)


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=_DAYS)
