"""How one GTIN is written in several lengths. Pure."""

LENGTHS = (8, 12, 13, 14)


def spellings(gtin: str) -> dict[int, str]:
    """Return how the number `gtin` is written in each length that holds it.

    Zeros in front say nothing (GS1 General Specifications, section 3.3.2): a scanner may give the
    12 digits of a UPC-A as an EAN-13 with a zero before them.
    """
    number = gtin.lstrip("0")
    return {length: number.zfill(length) for length in LENGTHS if len(number) <= length}
