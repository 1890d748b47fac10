"""The tables as peewee models, one module for each area. The migrations make the tables; these describe them."""

from app.models.base import Row
from app.models.catalogue import (
    Barcode,
    Brand,
    Category,
    Coupon,
    Deposit,
    Discount,
    Image,
    Offer,
    Product,
    ProductWord,
    Renamed,
)
from app.models.orders import (
    Allocation,
    Cart,
    CartItem,
    CouponCode,
    Payment,
    Purchase,
    PurchaseLine,
)
from app.models.people import Attempt, AuditLog, Customer, Login, Session, Staff
from app.models.shop import Shop
from app.models.stock import (
    Availability,
    InvoiceRequest,
    InvoiceRequestLine,
    Stock,
    StockLevel,
    StockMovement,
    Supplier,
)

__all__ = [
    "Allocation",
    "Attempt",
    "AuditLog",
    "Availability",
    "Barcode",
    "Brand",
    "Cart",
    "CartItem",
    "Category",
    "Coupon",
    "CouponCode",
    "Customer",
    "Deposit",
    "Discount",
    "Image",
    "InvoiceRequest",
    "InvoiceRequestLine",
    "Login",
    "Offer",
    "Payment",
    "Product",
    "ProductWord",
    "Purchase",
    "PurchaseLine",
    "Renamed",
    "Row",
    "Session",
    "Shop",
    "Staff",
    "Stock",
    "StockLevel",
    "StockMovement",
    "Supplier",
]
