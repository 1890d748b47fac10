"""What logging in takes and gives."""

from typing import Annotated

from pydantic import Field

from app.core.web.schema import Email, Id, Moment, Name, Schema
from app.core.web.security import Permission
from app.login.accounts import LoginRole
from app.login.strength import MAX_LENGTH, MIN_LENGTH

NewPassword = Annotated[
    str,
    Field(
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        description="10 to 128 characters of any kind; not a common one, not the e-mail address.",
        examples=["seven green apples a day"],
    ),
]
"""A password to be: its length is checked here, whether it is easily guessed in the service."""

# An old or a foreign rule may have let it be anything.
Password = Annotated[str, Field(min_length=1, max_length=1000)]
"""A password as somebody typed it."""


class Credentials(Schema):
    """An e-mail address and its password."""

    email: Email
    password: Password


class User(Schema):
    """Who is logged in."""

    email: Email
    role: LoginRole
    name: Name


class SignedIn(Schema):
    """A new session. The token is shown this once."""

    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_at: Moment
    user: User


class Session(Schema):
    """A session: somebody, logged in from somewhere."""

    id: Id
    user_agent: str
    created_at: Moment
    expires_at: Moment
    current: bool = Field(description="Whether it is the one that asks.")


class CurrentUser(User):
    """Who is logged in, in which session, and what they may do."""

    session: Session
    permissions: list[Permission] = Field(
        description="What the token is good for; each route that needs one says which."
    )


class PasswordChange(Schema):
    """The password that is, and the one to be."""

    current_password: Password
    new_password: NewPassword
