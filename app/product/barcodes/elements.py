"""Codes taken apart into GS1's element strings: as scanners send them, as people read them, as a link. Pure.

biip knows the application identifiers (AIs) and what may stand behind each. What it lets pass is refused in here: a value
that goes on where its separator is missing, one AI with two values in a link, words between what is printed.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from app.product.barcodes.errors import unreadable
from app.product.gs1 import (
    GS1DigitalLinkURI,
    GS1ElementString,
    GS1Message,
    ParseConfig,
    ParseError,
)

SEPARATOR = "\x1d"
"""What scanners send for FNC1, which ends a value that has no length of its own."""

Elements = Sequence[GS1ElementString]

# Of AIs in one code, which nobody needs a third of: biip looks each up among five hundred.
_MOST = 30

# Dates are read by us: which century is meant depends on the day.
_CONFIG = ParseConfig(gs1_element_strings_verify_date=False)
_PRINTED = re.compile(r"(?:\([0-9]{2,4}\)[^()]+)+")
_SCHEME = re.compile(r"(https?):/+", re.IGNORECASE)

# What may begin inside of a value: what the shop reads and can be told from the rest of a lot, with anything behind it.
# A lot that ends in 306 or holds 21 is one of many; that is no count and no serial number.
_BEHIND_ANY = re.compile(
    r"1[1-7][0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01]).*|310[0-9]{7}.*|01[0-9]{14}.*|392[0-3][0-9].*"
)
_BEHIND_COUNT = re.compile(r"(?:10|21).+")
# A lot is longer than two characters here, and a price has two figures before it: an ordinary price would be refused else,
# for the sake of one that nobody asks.
_BEHIND_PRICE = re.compile(r"(?:10|21).{3,}|30[0-9]+")
# Only what has no weight and no fixed measure is counted (General Specifications, section 3.6.1).
_COUNT = re.compile(r"30[0-9]{1,4}")


def scanned(text: str) -> Elements:
    """Return the element strings of what a scanner sends, with SEPARATOR where it has FNC1. Raises Invalid.

    Some scanners send no FNC1, and then nobody knows where a value ends that has no length of its own. So
    such a one must stand at the end, and none of what the shop reads may begin in it.
    """
    if not text.isascii() or text.count(SEPARATOR) > _MOST:
        raise _not_readable()
    found: list[GS1ElementString] = []
    for part in text.split(SEPARATOR):
        with _parsing():
            elements = GS1Message.parse(part, config=_CONFIG).element_strings
        for element in elements[:-1]:
            if element.ai.separator_required:
                raise unreadable(f"The separator (FNC1) behind {element.ai} is missing.")
        found += elements
    if SEPARATOR not in text and found and _may_end_earlier(found):
        raise unreadable(
            f"The code can be read in two ways, as it has no separator (FNC1): {found[-1].ai} may end earlier."
        )
    return found


def printed(text: str) -> Elements:
    """Return the element strings of what stands beneath a code, AIs in parentheses. Raises Invalid."""
    if text.count("(") > _MOST or not (
        text.isascii() and _PRINTED.fullmatch("".join(text.split()))
    ):
        raise _not_readable()
    with _parsing():
        return GS1Message.parse_hri(text, config=_CONFIG).element_strings


def linked(uri: str) -> Elements:
    """Return the element strings of a GS1 Digital Link. Raises Invalid."""
    # Whoever cleans up paths on the way may have merged the slashes.
    uri = _SCHEME.sub(r"\1://", uri, count=1)
    with _parsing():
        found = GS1DigitalLinkURI.parse(uri, config=_CONFIG).element_strings
        values = parse_qsl(urlsplit(uri).query)
    for ai in {element.ai.ai for element in found}:
        if len({value for name, value in values if name == ai}) > 1:
            raise unreadable(
                f"The code says two things: its link has more than one value of ({ai})."
            )
    if not all(element.value.isascii() for element in found):
        raise _not_readable()
    return found


def _may_end_earlier(elements: Elements) -> bool:
    """Say whether something else could begin in the last value; what is there already does not begin again."""
    ais = [element.ai.ai[:3] for element in elements]
    last = elements[-1]
    counted = "310" not in ais and any(e.ai.ai == "01" and e.value[0] == "9" for e in elements)
    cuts = ((last.value[:cut], last.value[cut:]) for cut in range(1, len(last.value)))
    return last.ai.separator_required and any(
        _goes_on(last.ai.ai, value, rest, counted=counted)
        for value, rest in cuts
        if not rest.startswith(tuple(ais))
    )


def _goes_on(ai: str, value: str, rest: str, *, counted: bool) -> bool:
    patterns = [_BEHIND_ANY]
    if ai == "30":
        patterns.append(_BEHIND_COUNT)
    elif counted:
        patterns.append(_COUNT)
    if ai.startswith("392") and len(value) > 1 and value.strip("0"):
        patterns.append(_BEHIND_PRICE)
    return any(pattern.fullmatch(rest) for pattern in patterns)


@contextmanager
def _parsing() -> Iterator[None]:
    try:
        yield
    except (ParseError, ValueError):  # the latter for what is no URI
        raise _not_readable() from None


def _not_readable() -> Exception:
    return unreadable("The code is damaged, or it is none that the shop reads.")
