"""The pages of the basket, of checkout and of the purchase."""

import secrets
from typing import Any
from uuid import UUID

from flask import Response

from app.core.web.http import peer_address
from app.core.wiring import wired
from app.pages.frame.errors import page_blueprint
from app.pages.frame.forms import Form, empty_form, sent_form
from app.pages.frame.guards import open_page
from app.pages.frame.rendering import render, see_other
from app.pages.shop.basket.buying import buyer, buyers, remember_basket, remember_purchase
from app.pages.shop.basket.schemas import Addition, Amount, Coupon, Line, Order
from app.pages.shop.basket.service import Baskets

blueprint = page_blueprint("basket")


@blueprint.get("/basket")
@open_page
async def show_basket() -> Response:
    """Show what is in the basket, and what is wrong with it."""
    return await _basket(empty_form())


@blueprint.post("/basket/add")
@open_page
async def add_to_basket() -> Response:
    """Put something into the basket."""
    form = sent_form(Addition)
    if form.value and (
        basket := await form.do(wired(Baskets).add(await buyer(), form.value, peer_address()))
    ):
        answer = see_other("/basket")
        remember_basket(answer, basket.token)
        return answer
    return await _basket(form)


@blueprint.post("/basket/quantity")
@open_page
async def change_quantity() -> Response:
    """Change how much of a product is in the basket; nothing takes it out."""
    form = sent_form(Amount)
    if form.value and await form.done(wired(Baskets).put(await buyer(), form.value)):
        return see_other("/basket")
    return await _basket(form)


@blueprint.post("/basket/remove")
@open_page
async def remove_line() -> Response:
    """Take a line out of the basket."""
    form = sent_form(Line)
    if form.value and await form.done(wired(Baskets).remove(await buyer(), form.value.line)):
        return see_other("/basket")
    return await _basket(form)


@blueprint.post("/basket/coupon")
@open_page
async def enter_coupon() -> Response:
    """Have the basket redeem a coupon."""
    form = sent_form(Coupon)
    if form.value and await form.done(wired(Baskets).redeem(await buyer(), form.value.coupon)):
        return see_other("/basket")
    return await _basket(form)


@blueprint.get("/checkout")
@open_page
async def show_checkout() -> Response:
    """Ask what the shop has to know of an order."""
    return await _checkout(empty_form(key=secrets.token_hex(16)))


@blueprint.post("/checkout")
@open_page
async def check_out() -> Response:
    """Order what is in the basket."""
    form = sent_form(Order)
    if form.value and (
        purchase := await form.do(
            wired(Baskets).check_out(await buyer(), form.value, peer_address())
        )
    ):
        answer = see_other(f"/purchases/{purchase}")
        remember_purchase(answer)
        return answer
    return await _checkout(form)


@blueprint.get("/purchases/<uuid:purchase>")
@open_page
async def show_purchase(purchase: UUID) -> Response:
    """Show a purchase, and what has become of it."""
    found = await wired(Baskets).purchase(await buyers(), str(purchase))
    return render("shop/purchase.html", purchase=found)


async def _basket(form: Form[Any]) -> Response:
    basket = await wired(Baskets).find(await buyer())
    return render("shop/basket.html", form.status, cart=basket and basket.cart, form=form)


async def _checkout(form: Form[Any]) -> Response:
    baskets, who = wired(Baskets), await buyer()
    basket = await baskets.find(who)
    if basket is None or not basket.cart["items"]:
        return see_other("/basket")
    return render(
        "shop/checkout.html",
        form.status,
        cart=basket.cart,
        form=form,
        is_guest=who is None or who.is_guest,
        slots=await baskets.slots(),
    )
