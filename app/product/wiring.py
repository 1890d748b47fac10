"""What the catalogue provides, and its routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager, TurnsManager
from app.core.wiring import provide
from app.product.brands.routes import blueprint as brands
from app.product.categories.routes import blueprint as categories
from app.product.discounts.routes import blueprint as discounts
from app.product.images.repository import ImageRepository
from app.product.images.routes import blueprint as images
from app.product.images.service import Images
from app.product.products.repository import ProductRepository
from app.product.products.routes import blueprint as products
from app.product.products.service import Products
from app.product.repository import CatalogueRepository
from app.product.service import Catalogue


def wire(app: Flask, manager: Manager, lists: TurnsManager, audit: AuditTrail) -> None:
    """Give `app` the catalogue; `lists` reads what anybody may ask for, and for many."""
    catalogue = Catalogue(manager, CatalogueRepository(manager, lists), audit)
    provide(app, catalogue)
    provide(app, Images(manager, ImageRepository(manager), catalogue))
    provide(app, Products(manager, ProductRepository(manager, lists), audit))
    for blueprint in (products, categories, images, brands, discounts):
        app.register_blueprint(blueprint)
