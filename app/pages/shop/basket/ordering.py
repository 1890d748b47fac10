"""What makes two orders of a page the same one. Pure."""

from app.core.web.idempotency import RequestIdentity
from app.core.web.security import Principal
from app.pages.shop.basket.schemas import Order


def identity_of(who: Principal, form: Order) -> RequestIdentity:
    """Return what makes two orders the same one: a form that is sent twice has one key, and the same in it."""
    request = form.model_dump_json().encode()
    return RequestIdentity(
        principal_key=who.key, route="POST /checkout", key=form.key, request=request
    )
