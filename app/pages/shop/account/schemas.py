"""What the forms of accounts send."""

from pydantic import Field

from app.core.web.schema import Address, Name, Phone, Schema
from app.login.schemas import Credentials
from app.users.customers.schemas import NewCustomer

Place = Field(default="/", max_length=2000)
"""Where somebody was on the way to."""


class Login(Credentials):
    """An e-mail address and its password."""

    next: str = Place


class Registration(NewCustomer):
    """A customer to be."""

    next: str = Place


class Details(Schema):
    """What a customer says of themselves; what is empty is forgotten."""

    name: Name
    phone: Phone | None = None
    address: Address | None = None
    version: int
