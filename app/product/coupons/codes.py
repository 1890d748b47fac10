"""Codes that redeem a coupon once: how they are made, written and read."""

import re
import secrets

# Without what people take for one another: 0 and O, 1, I and L.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 12


def new_code() -> str:
    """Return a code that nobody guesses: twelve letters and figures, 59 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def plain_code(typed: str) -> str:
    """Return what was typed as a code is kept: in capitals, without blanks and hyphens."""
    return re.sub(r"[\s-]", "", typed).upper()
