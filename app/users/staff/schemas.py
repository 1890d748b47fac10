"""Members of staff, as they come in and go out."""

from pydantic import Field

from app.core.web.schema import Email, Id, Moment, Name, Schema, omitted
from app.login.accounts import StaffRole
from app.login.schemas import NewPassword


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
