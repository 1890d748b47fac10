"""A PLU, a price look-up number, is one number however many zeros it is written with. Pure."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from app.core.web.schema import wrong

LONGEST = 5


def plu5(plu: str) -> str:
    """Return the PLU as 5 digits, its longest form, which no two products share: 4011 is 04011."""
    return plu.zfill(LONGEST)


def is_plu(value: str) -> bool:
    """Say whether `value` is a PLU: 4 or 5 digits, and not zeros alone."""
    return re.fullmatch(r"[0-9]{4,5}", value, re.ASCII) is not None and bool(value.strip("0"))


def _plu(value: str) -> str:
    if not is_plu(value):
        raise wrong("must be a PLU of 4 or 5 digits, not all of them zeros")
    return value


Plu = Annotated[
    str,
    AfterValidator(_plu),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{4,5}$", "examples": ["4011"]}),
]
"""Of the IFPS for loose fruit and vegetables, or the shop's own."""
