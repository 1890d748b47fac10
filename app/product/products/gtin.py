"""A GTIN is one number, however many zeros it is written with. Pure."""


def gtin14(gtin: str) -> str:
    """Return the number `gtin` as 14 digits, its longest form, which no two products share.

    Zeros in front say nothing (GS1 General Specifications, section 3.3.2): a scanner may give the
    12 digits of a UPC-A as an EAN-13 with a zero before them.
    """
    return gtin.lstrip("0").zfill(14)
