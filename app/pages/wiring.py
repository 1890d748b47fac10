"""What pages provide, and their routes."""

from flask import Flask

from app.core.settings import Settings
from app.core.web.security import Authenticator
from app.core.wiring import provide, wired
from app.login.service import Sessions
from app.orders.carts.service import Carts
from app.orders.checkout.service import Checkout
from app.orders.coupons.service import CartCoupons
from app.orders.purchases.service import Purchases
from app.orders.slots.service import Slots
from app.pages.frame.assets import Assets
from app.pages.frame.cookies import Cookies
from app.pages.frame.errors import init_unknown_addresses
from app.pages.frame.rendering import Renderer
from app.pages.frame.routes import blueprint as assets
from app.pages.shop.account.routes import blueprint as account
from app.pages.shop.account.service import AccountDesk, People
from app.pages.shop.basket.routes import blueprint as basket
from app.pages.shop.basket.service import Baskets, Services
from app.pages.shop.browsing.routes import blueprint as browsing
from app.pages.shop.browsing.service import Shelves
from app.pages.shop.browsing.tree import Trees
from app.product.markdowns.service import Reduced
from app.product.products.service import Products
from app.product.service import Catalogue
from app.users.customers.service import Customers


def wire(app: Flask, settings: Settings) -> None:
    """Give `app` pages over the services that it has."""
    files = Assets()
    provide(app, files)
    provide(app, Cookies(secure=settings.production))
    provide(app, Renderer(settings.shop, files))
    with app.app_context():
        provide(app, Shelves(wired(Products), wired(Reduced), Trees(wired(Catalogue))))
        provide(app, Baskets(_basket_services()))
        provide(app, AccountDesk(_people()))
    for blueprint in (assets, browsing, basket, account):
        app.register_blueprint(blueprint)
    init_unknown_addresses(app)


def _basket_services() -> Services:
    return Services(
        carts=wired(Carts),
        coupons=wired(CartCoupons),
        checkout=wired(Checkout),
        purchases=wired(Purchases),
        slots=wired(Slots),
        tokens=wired(Authenticator),  # type: ignore[type-abstract]  # a protocol stands for its provider
    )


def _people() -> People:
    return People(
        sessions=wired(Sessions),
        customers=wired(Customers),
        carts=wired(Carts),
        purchases=wired(Purchases),
        tokens=wired(Authenticator),  # type: ignore[type-abstract]  # a protocol stands for its provider
    )
