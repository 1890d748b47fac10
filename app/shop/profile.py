"""What the settings tell everybody of the shop."""

from decimal import Decimal

from app.core.settings import ShopSettings, StockSettings
from app.shop.schemas import OrderDemands, ShopProfile


class Profile:
    """The shop as it is shown: the same for as long as a process runs."""

    def __init__(self, shop: ShopSettings, stock: StockSettings) -> None:
        found = ShopProfile(
            name=shop.name,
            currency=shop.currency,
            time_zone=shop.time_zone,
            cash_rounding=shop.cash_rounding.quantize(Decimal("0.01")),
            locale=shop.locale,
            opening_hours=list(shop.opening_hours),
            order=OrderDemands(
                max_lines=shop.max_cart_lines,
                max_quantity=shop.max_quantity,
                minutes_to_pay=shop.minutes_to_pay,
                guest_minutes_to_pay=shop.guest_minutes_to_pay,
                days_to_collect=shop.days_to_collect,
                guest_contact=["contact_name", "contact_phone"],
            ),
            waste_reasons=list(stock.waste_reasons),
        )
        self.json = found.model_dump_json()
