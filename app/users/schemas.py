"""Members of staff and customers, as they come in and go out."""

from pydantic import Field

from app.core.web.paging import PageQuery
from app.core.web.schema import Address, Email, Id, Moment, Name, Phone, Schema, omitted
from app.login.accounts import StaffRole
from app.login.schemas import NewPassword


class PeopleQuery(PageQuery):
    """The query of a list of people."""

    q: str | None = Field(
        None, min_length=1, max_length=100, description="A part of the name or the e-mail address."
    )
    active: bool = Field(default=True, description="Those who may log in, or those who may not.")


class Staff(Schema):
    """A clerk or an admin."""

    id: Id
    email: Email
    name: Name
    role: StaffRole
    active: bool = Field(description="Whether they may log in.")
    version: int
    created_at: Moment
    updated_at: Moment


class NewStaff(Schema):
    """A clerk or an admin to be, with a first password to be told to them."""

    email: Email
    name: Name
    role: StaffRole
    password: NewPassword


class StaffChange(Schema):
    """What to change of a member of staff."""

    name: Name = omitted()
    role: StaffRole = omitted()
    active: bool = omitted()
    password: NewPassword = omitted()


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


class CustomerChange(Schema):
    """What to change of a customer; null clears. Only staff may change `active`."""

    name: Name = omitted()
    phone: Phone | None = omitted()
    address: Address | None = omitted()
    active: bool = omitted()
