"""What the health routes answer."""

from typing import Literal

from app.core.web.schema import Schema


class Health(Schema):
    """A short word that all is well."""

    status: Literal["ok"]
