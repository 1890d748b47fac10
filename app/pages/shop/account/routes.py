"""The pages of accounts."""

import re
from datetime import datetime
from typing import Any

from flask import Response, request

from app.core.web.security import principal
from app.core.wiring import wired
from app.login.peers import peer
from app.login.schemas import PasswordChange
from app.login.service import NewSession
from app.pages.frame.cookies import CART, SESSION, Cookies
from app.pages.frame.errors import page_blueprint
from app.pages.frame.forms import Form, empty_form, sent_form
from app.pages.frame.guards import open_page, page_for
from app.pages.frame.rendering import render, see_other
from app.pages.shop.account.schemas import Details, Login, Registration
from app.pages.shop.account.service import AccountDesk

blueprint = page_blueprint("account")

# A path of this shop. Browsers read a backslash, and two slashes, as the beginning of another site.
_PLACE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", re.ASCII)


@blueprint.get("/login")
@open_page
def show_login() -> Response:
    """Ask who somebody is."""
    return render("shop/login.html", form=empty_form(next=request.args.get("next")))


@blueprint.post("/login")
@open_page
async def log_in() -> Response:
    """Open a session."""
    form, cart = sent_form(Login), wired(Cookies).read(CART)
    if form.value and (made := await form.do(wired(AccountDesk).sign_in(form.value, peer(), cart))):
        return _welcome(made, form.value.next)
    return render("shop/login.html", form.status, form=form)


@blueprint.get("/register")
@open_page
def show_registration() -> Response:
    """Ask for what makes a customer."""
    return render("shop/register.html", form=empty_form(next=request.args.get("next")))


@blueprint.post("/register")
@open_page
async def register() -> Response:
    """Register a customer, and open a session."""
    form, cart = sent_form(Registration), wired(Cookies).read(CART)
    if form.value and (
        made := await form.do(wired(AccountDesk).register(form.value, peer(), cart))
    ):
        return _welcome(made, form.value.next)
    return render("shop/register.html", form.status, form=form)


@blueprint.post("/logout")
@page_for("account:own")
async def log_out() -> Response:
    """End the session."""
    await wired(AccountDesk).sign_out(principal())
    answer = see_other("/")
    wired(Cookies).drop(answer, SESSION)
    return answer


@blueprint.get("/account")
@page_for("customers:own")
async def show_account() -> Response:
    """Show what the shop knows of a customer."""
    return await _account(empty_form(), empty_form())


@blueprint.post("/account")
@page_for("customers:own")
async def change_details() -> Response:
    """Change what the shop knows of a customer."""
    form = sent_form(Details)
    if form.value and await form.done(wired(AccountDesk).change(principal(), form.value)):
        return see_other("/account")
    return await _account(form, empty_form())


@blueprint.post("/account/password")
@page_for("customers:own")
async def change_password() -> Response:
    """Change one's password."""
    form = sent_form(PasswordChange)
    if form.value and await form.done(wired(AccountDesk).change_password(principal(), form.value)):
        return see_other("/account")
    return await _account(empty_form(), form)


async def _account(details: Form[Any], secret: Form[Any]) -> Response:
    found = await wired(AccountDesk).read(principal())
    if not details.values:
        details = empty_form(**found.customer)
    status = max(details.status, secret.status)
    return render("shop/account.html", status, account=found, details=details, secret=secret)


def _welcome(made: NewSession, place: str) -> Response:
    answer = see_other(place if _PLACE.fullmatch(place) else "/")
    cookies = wired(Cookies)
    cookies.set(answer, SESSION, made.token, datetime.fromisoformat(made.expires_at))
    if made.user.role == "customer":
        cookies.drop(answer, CART)
    return answer
