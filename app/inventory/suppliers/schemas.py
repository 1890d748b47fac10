"""Suppliers, as JSON."""

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import Address, Code, Count, Email, Moment, Name, Phone, Schema, omitted


class NewSupplier(Schema):
    """A supplier to be known from now on."""

    code: Code
    name: Name
    email: Email | None = None
    phone: Phone | None = None
    address: Address | None = None


class SupplierChanges(Schema):
    """What of a supplier changes; `active: false` withdraws it."""

    name: Name = omitted()
    email: Email | None = omitted()
    phone: Phone | None = omitted()
    address: Address | None = omitted()
    active: bool = omitted()


class Supplier(Schema):
    """Who delivers to the shop."""

    code: Code
    name: Name
    email: Email | None
    phone: Phone | None
    address: Address | None
    active: bool
    version: Count
    created_at: Moment
    updated_at: Moment


class SupplierQuery(PageQuery):
    """Which suppliers to list."""

    active: bool = Field(default=True, description="`false` lists the withdrawn ones.")
