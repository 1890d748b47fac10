"""The cookies of pages: whose session it is, a guest's cart and purchases. An API alone sets none."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, request

SESSION, CART, PURCHASES = "session", "cart", "purchases"

# What tokens are made of: anything else was not set here.
_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,200}", re.ASCII)


class Cookies:
    """Reads and sets them. Scripts see none of them, nor does another site's form bring one along.

    `secure` ones, which is all but in development, go through TLS alone, and only this very host can have set them (the
    prefix `__Host-`, RFC 6265bis, section 4.1.3.2).
    """

    def __init__(self, *, secure: bool) -> None:
        self._attributes: Mapping[str, Any] = {
            "path": "/",
            "secure": secure,
            "httponly": True,
            "samesite": "Lax",
        }
        self._prefix = "__Host-" if secure else ""

    def read(self, name: str) -> str | None:
        """Return what a cookie of the request under way holds, None where there is none of ours."""
        value = request.cookies.get(self._prefix + name)
        return value if value and _VALUE.fullmatch(value) else None

    def set(self, answer: Response, name: str, value: str, until: datetime | None = None) -> None:
        """Have the browser keep it until then, or until it is closed."""
        answer.set_cookie(self._prefix + name, value, expires=until, **self._attributes)

    def drop(self, answer: Response, name: str) -> None:
        """Have the browser forget it."""
        answer.delete_cookie(self._prefix + name, **self._attributes)
