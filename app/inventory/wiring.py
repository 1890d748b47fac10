"""What the stock room provides, and its routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import StockSettings
from app.core.wiring import provide
from app.inventory.allocations.picked.repository import PickedRepository
from app.inventory.allocations.picked.service import PickedStock
from app.inventory.allocations.repository import AllocationRepository
from app.inventory.allocations.service import Allocations
from app.inventory.articles.repository import ArticleRepository
from app.inventory.articles.routes import blueprint as articles
from app.inventory.articles.service import Articles
from app.inventory.counts.books import Books
from app.inventory.counts.intake import Intake
from app.inventory.counts.repository import CountRepository
from app.inventory.counts.routes import blueprint as counts
from app.inventory.counts.service import Counts
from app.inventory.ledger.repository import LedgerRepository
from app.inventory.ledger.routes import blueprint as ledger
from app.inventory.ledger.service import Ledger
from app.inventory.lots.repository import LotRepository
from app.inventory.lots.routes import blueprint as known_lots
from app.inventory.lots.service import Lots
from app.inventory.proposals.repository import ProposalRepository
from app.inventory.proposals.routes import blueprint as proposals_of
from app.inventory.proposals.service import Proposals
from app.inventory.requests.deliveries.service import Deliveries
from app.inventory.requests.repository import InvoiceRequestRepository
from app.inventory.requests.routes import blueprint as requests
from app.inventory.requests.service import InvoiceRequests
from app.inventory.stock.repository import StockRepository
from app.inventory.stock.routes import blueprint as stock
from app.inventory.stock.service import Stock
from app.inventory.suppliers.repository import SupplierRepository
from app.inventory.suppliers.routes import blueprint as suppliers
from app.inventory.suppliers.service import Suppliers
from app.product.barcodes.service import Barcodes


def wire(
    app: Flask, manager: Manager, audit: AuditTrail, barcodes: Barcodes, settings: StockSettings
) -> tuple[Allocations, PickedStock]:
    """Give `app` suppliers, articles, orders, proposals, stock and counts. Return what keeps the stock's promises to purchases."""
    lots = StockRepository(manager)
    promises = AllocationRepository(manager)
    allocations = Allocations(promises)
    provide(app, Suppliers(manager, SupplierRepository(manager), audit))
    sold_to_us = ArticleRepository(manager)
    provide(app, Articles(manager, sold_to_us, audit))
    asked = InvoiceRequestRepository(manager)
    provide(app, InvoiceRequests(manager, asked, sold_to_us, lots, audit))
    proposals = ProposalRepository(manager)
    provide(app, Proposals(manager, proposals, asked, lots, audit))
    received = Deliveries(manager, asked, lots, barcodes, audit, over=settings.over_delivery)
    provide(app, received)
    provide(app, Stock(manager, lots, allocations, audit, settings))
    counted = CountRepository(manager, settings.recount_value)
    intake, books = Intake(counted, barcodes), Books(counted, allocations)
    provide(app, Counts(manager, counted, lots, audit, intake=intake, books=books))
    provide(app, Lots(manager, LotRepository(manager), lots, audit))
    provide(app, Ledger(LedgerRepository(manager)))
    rooms = (stock, known_lots, ledger, counts, suppliers, articles, proposals_of, requests)
    for blueprint in rooms:
        app.register_blueprint(blueprint)
    return allocations, PickedStock(PickedRepository(manager), promises, allocations)
