"""What the catalogue provides, and its routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager, TurnsManager
from app.core.settings import ShopSettings
from app.core.wiring import provide
from app.product.barcodes.repository import BarcodeRepository
from app.product.barcodes.routes import blueprint as barcodes
from app.product.barcodes.service import Barcodes
from app.product.brands.routes import blueprint as brands
from app.product.categories.routes import blueprint as categories
from app.product.coupons.repository import CouponRepository
from app.product.coupons.routes import blueprint as coupons
from app.product.coupons.service import Coupons
from app.product.deposits.routes import blueprint as deposits
from app.product.discounts.routes import blueprint as discounts
from app.product.images.repository import ImageRepository
from app.product.images.routes import blueprint as images
from app.product.images.service import Images
from app.product.products.repository import ProductRepository
from app.product.products.routes import blueprint as products
from app.product.products.service import Products
from app.product.repository import CatalogueRepository
from app.product.scales import Scales
from app.product.service import Catalogue
from app.product.suggestions.repository import SuggestionRepository
from app.product.suggestions.routes import blueprint as suggestions
from app.product.suggestions.service import Suggester
from app.product.synonyms.repository import SynonymRepository
from app.product.synonyms.routes import blueprint as synonyms
from app.product.synonyms.service import SynonymList


def wire(
    app: Flask, manager: Manager, lists: TurnsManager, audit: AuditTrail, shop: ShopSettings
) -> None:
    """Give `app` the catalogue; `lists` reads what anybody may ask for, and for many."""
    scales = Scales.of(shop)
    catalogue = Catalogue(manager, CatalogueRepository(manager, lists), audit)
    provide(app, catalogue)
    provide(app, Images(manager, ImageRepository(manager), catalogue))
    provide(app, Products(manager, ProductRepository(manager, lists), audit, scales))
    provide(app, Barcodes(BarcodeRepository(manager), scales, shop))
    provide(app, Coupons(manager, CouponRepository(manager, lists), audit))
    provide(app, SynonymList(manager, SynonymRepository(manager), audit))
    provide(app, Suggester(SuggestionRepository(lists)))
    blueprints = (products, barcodes, categories, images, brands, discounts, deposits, coupons)
    for blueprint in (*blueprints, synonyms, suggestions):
        app.register_blueprint(blueprint)
