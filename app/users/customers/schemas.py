"""Customers, as they come in and go out."""

from pydantic import Field

from app.core.web.schema import Address, Email, Id, Moment, Name, Phone, Schema, omitted
from app.login.schemas import NewPassword


class Customer(Schema):
    """A registered customer."""

    id: Id
    email: Email
    name: Name
    phone: Phone | None
    address: Address | None
    active: bool = Field(description="Whether they may log in.")
    version: int
    created_at: Moment
    updated_at: Moment


class NewCustomer(Schema):
    """A customer to be."""

    email: Email
    name: Name
    phone: Phone | None = None
    address: Address | None = None
    password: NewPassword


class KnownCustomer(Schema):
    """A customer whom the shop had before it opened here: a row of customers.csv."""

    email: Email
    name: Name
    phone: Phone | None = None
    address: Address | None = None
    active: bool = Field(default=True, description="Whether they may log in.")


class CustomerChange(Schema):
    """What to change of a customer; null clears. Only staff may change `active`."""

    name: Name = omitted()
    phone: Phone | None = omitted()
    address: Address | None = omitted()
    active: bool = omitted()


class CustomerPassword(Schema):
    """A password that staff gives a customer, who changes it."""

    password: NewPassword
