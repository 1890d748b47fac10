"""What the forms of accounts send."""

from pydantic import Field

from app.core.web.schema import Address, Email, Name, Phone, Schema
from app.login.schemas import NewPassword, Password

Place = Field(default="/", max_length=2000)
"""Where somebody was on the way to."""


class Login(Schema):
    """An e-mail address and its password."""

    email: Email
    password: Password
    next: str = Place


class Registration(Schema):
    """A customer to be."""

    email: Email
    name: Name
    phone: Phone | None = None
    address: Address | None = None
    password: NewPassword
    next: str = Place


class Details(Schema):
    """What a customer says of themselves; what is empty is forgotten."""

    name: Name
    phone: Phone | None = None
    address: Address | None = None
    version: int


class NewSecret(Schema):
    """Another password, and the present one."""

    current_password: Password
    new_password: NewPassword
