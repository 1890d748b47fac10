"""Proposals of what to order, as JSON."""

from typing import Annotated

from pydantic import Field

from app.core.web.schema import Code, Schema, Sku
from app.inventory.proposals.ordering import Method
from app.inventory.requests.schemas import InvoiceRequest

MOST_PRODUCTS = 2000
"""At how many products one proposal looks. It is in the API's description too."""


class WantedProposals(Schema):
    """For whom and for what to propose orders."""

    supplier: Code | None = Field(
        default=None, description="Its code; of all suppliers, if it is left out."
    )
    products: Annotated[list[Sku], Field(min_length=1, max_length=MOST_PRODUCTS)] | None = Field(
        default=None, description="Their codes; all that the suppliers sell, if they are left out."
    )
    method: Method = Field(
        default="sales",
        description="By what `sales` of the last eight weeks say, or by filling up to the `reorder_level` alone.",
    )


class Proposals(Schema):
    """What was drafted: one request for each supplier, several where one has more than 200 lines."""

    invoice_requests: list[InvoiceRequest]
