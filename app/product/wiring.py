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
from app.product.discounts.repository import DiscountRepository
from app.product.discounts.routes import blueprint as discounts
from app.product.discounts.service import Discounts
from app.product.images.repository import ImageRepository
from app.product.images.routes import blueprint as images
from app.product.images.service import Images
from app.product.markdowns.repository import ReducedRepository
from app.product.markdowns.routes import blueprint as markdowns
from app.product.markdowns.routes import reduced
from app.product.markdowns.service import Reduced
from app.product.prices.daybreak import Daybreak
from app.product.prices.repository import PriceRepository
from app.product.prices.routes import blueprint as prices
from app.product.prices.service import Prices
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
) -> Barcodes:
    """Give `app` the catalogue, and return what reads codes; `lists` reads what anybody may ask for, and for many."""
    scales = Scales.of(shop)
    catalogue = Catalogue(manager, CatalogueRepository(manager, lists), audit)
    provide(app, catalogue)
    provide(app, Images(manager, ImageRepository(manager), catalogue))
    provide(app, Products(manager, ProductRepository(manager, lists), audit, scales))
    codes = Barcodes(BarcodeRepository(manager), scales, shop)
    provide(app, codes)
    provide(app, Discounts(manager, DiscountRepository(manager, lists), audit))
    provide(app, Reduced(ReducedRepository(lists)))
    provide(app, Coupons(manager, CouponRepository(manager, lists), audit))
    prices_ = Prices(manager, PriceRepository(manager), audit)
    provide(app, prices_)
    Daybreak(prices_, shop.time_zone).watch(app)
    provide(app, SynonymList(manager, SynonymRepository(manager), audit))
    provide(app, Suggester(SuggestionRepository(lists)))
    goods = (products, prices, barcodes, categories, images, brands, synonyms, suggestions)
    for blueprint in (*goods, discounts, deposits, coupons, markdowns, reduced):
        app.register_blueprint(blueprint)
    return codes
