"""Deposits, as JSON."""

from pydantic import Field

from app.core.web.schema import Code, Name, PositiveMoney, Rate, Schema, omitted
from app.product.schemas import Listed, VatRate


class NewDeposit(Schema):
    """A deposit to be charged from now on; products name it by its code."""

    code: Code
    name: Name = Field(examples=["Returnable bottle"])
    amount: PositiveMoney = Field(description="On one piece, VAT included.", examples=["0.25"])
    vat_rate: VatRate = Field(examples=["0.1900"])


class DepositChanges(Schema):
    """What of a deposit changes, at once; `active: false` withdraws it: it is charged on until no product names it."""

    name: Name = omitted()
    amount: PositiveMoney = omitted()
    vat_rate: VatRate = omitted()
    active: bool = omitted()


class Deposit(Listed):
    """What is paid for a bottle or a crate beside the product in it, and comes back with it."""

    amount: PositiveMoney
    vat_rate: Rate
