"""What tests of codes share: some GTINs, and how a code is read without a shop or a clock."""

from datetime import date

import pytest

from app.core.settings import ScaleLabel
from app.core.web import Invalid
from app.product.barcodes.reading import Meaning, read
from app.product.scales import Scales

TODAY = date(2026, 11, 29)
NONE = Scales((), "")
OWN = Scales((ScaleLabel("28IIIIIWWWWWC"),), "")
GS = "\x1d"
PEN, PENS, CHEESE = "04006381333931", "14006381333938", "94006381333934"


def said(code, scales=NONE):
    """Return what a code means, None left out; of two things, the first."""
    meaning = read(code, scales, TODAY).meanings[0]
    values = {name: getattr(meaning, name) for name in Meaning.__slots__}
    found = {name: value for name, value in values.items() if value not in (None, frozenset())}
    if "gtin14s" in found:
        (found["gtin"],) = found.pop("gtin14s")
    return found


def refusal(code, scales=NONE):
    with pytest.raises(Invalid) as refused:
        read(code, scales, TODAY)
    assert refused.value.code == "unreadable_barcode"
    return str(refused.value)


def gs1(gtin=PEN, **more):
    return {"kind": "gs1", "gtin": gtin, **more}


JANUARY = date(2027, 1, 31)
