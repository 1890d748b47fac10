"""On what terms a supplier sells a product."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """The supplier's number for a product, what is in a pack, and the cost of one unit without VAT."""

    product_id: int
    article_number: str | None
    pack: Decimal
    unit_cost: Decimal
