"""How people and spreadsheets write a value, and what of that is meant. Pure.

Each function returns the one form that the API's schemas know, or the text as it is, for the schemas to refuse.
"""

import re
from collections.abc import Callable, Collection

from app.commands.sheets.columns import Form

BLANKS = " \t\r\n\u00a0\u202f\ufeff"

# What a spreadsheet takes for a formula (OWASP, CSV injection), the full-width signs included. What looks guarded
# already gets one more sign, so that import takes back exactly what export wrote.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(f"'{_FORMULA.pattern}")

_NUMBER = re.compile(r"(-?)([0-9]+)(?:([.,])([0-9]+))?")
_GROUPED = re.compile(
    r"-?[1-9][0-9]{0,2}(?:([.,'’ \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*([.,])[0-9]+"
)
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_SLASHED = re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}")
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?")
_GTIN_LENGTHS = (8, 12, 13, 14)
_PLU_LENGTHS = (4, 5)
_GROUP = 3


class UnclearError(ValueError):
    """A cell whose meaning would be a guess; the sentence goes on after the quoted value."""


def guarded(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what guarded() was given."""
    return text[1:] if _GUARDED.match(text) else text


def decimal_mark(text: str) -> str:
    """Return the decimal mark of a number, the empty string if it has none or could be read in two ways."""
    text = text.strip(BLANKS)
    if found := _NUMBER.fullmatch(text):
        return "" if _could_be_grouped(found) else found[3] or ""
    found = _GROUPED.fullmatch(text)
    return found[2] if found and found[1] != found[2] else ""


def _could_be_grouped(number: re.Match[str]) -> bool:
    """Say whether the mark could stand between thousands: 1,234 but neither 0,234 nor 1,23."""
    whole, part = number[2], number[4] or ""
    return len(part) == _GROUP and len(whole) <= _GROUP and not whole.startswith("0")


def _number(text: str, marks: Collection[str]) -> str:
    if found := _NUMBER.fullmatch(text):
        mark, other = found[3], "." if found[3] == "," else ","
        doubtful = other in marks or (mark == "," and mark not in marks)
        if _could_be_grouped(found) and doubtful:
            whole, part = f"{found[1]}{found[2]}", found[4]
            raise UnclearError(
                f"may be {whole}.{part} or {whole}{part}: write one of the two, without a mark between thousands"
            )
        return text.replace(",", ".")
    found = _GROUPED.fullmatch(text)
    if found and found[1] != found[2]:
        return text.replace(found[1], "").replace(found[2], ".")
    return text


def _barcode(text: str, _: Collection[str]) -> str:
    digits = re.sub(r"[ \u00a0-]", "", text.removeprefix("'")).removesuffix(".0")
    _check_digits(digits)
    return digits


def _barcodes(text: str, _: Collection[str]) -> str:
    """Return them with a blank between two, each with its pieces: 4006381333948*6."""
    text = text.removeprefix("'")
    if _ROUNDED.fullmatch(text):
        _check_digits(text)
    found = []
    for each in filter(None, re.split(r"[ \u00a0\r\n,;]+", text)):
        number, star, pieces = each.partition("*")
        number = number.removesuffix(".0")
        try:
            _check_digits(number)
        except UnclearError as error:
            raise UnclearError(f"has {number!r} in it, which {error}") from None
        found.append(f"{number}*{pieces if star else 1}")
    return " ".join(found)


def _plu(text: str, _: Collection[str]) -> str:
    digits = text.removeprefix("'").removesuffix(".0")
    if re.fullmatch("[0-9]+", digits) and len(digits) < min(_PLU_LENGTHS):
        raise UnclearError(
            f"has {len(digits)} digits, and a PLU has 4 or 5; a spreadsheet may have dropped zeros in front: format"
            " that column as text there"
        )
    return digits


def _check_digits(digits: str) -> None:
    if _ROUNDED.fullmatch(digits):
        raise UnclearError(
            "is a barcode that a spreadsheet has rounded, and its last digits are lost:"
            " format that column as text there and enter the barcodes again"
        )
    if re.fullmatch("[0-9]+", digits) and len(digits) not in _GTIN_LENGTHS:
        reason = (
            "; a spreadsheet may have dropped zeros in front: format that column as text there"
            if len(digits) < max(_GTIN_LENGTHS)
            else ""
        )
        raise UnclearError(f"has {len(digits)} digits, and a barcode has 8, 12, 13 or 14{reason}")


def _date(text: str, _: Collection[str]) -> str:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    if _SLASHED.fullmatch(text):
        raise UnclearError(
            "may begin with the day or with the month: write the year first, like 2026-01-31"
        )
    return _MIDNIGHT.sub("", text)


def _as_it_is(text: str, _: Collection[str]) -> str:
    return text


def _small(text: str, _: Collection[str]) -> str:
    return text.casefold()


_READ: dict[Form, Callable[[str, Collection[str]], str]] = {
    "word": _as_it_is,
    "text": _as_it_is,
    "number": _number,
    "date": _date,
    "choice": _small,
    "flag": _small,
    "barcode": _barcode,
    "barcodes": _barcodes,
    "plu": _plu,
}


def meant(cell: str, form: Form, marks: Collection[str]) -> str:
    """Return what a cell means; the empty string if there is nothing in it.

    `marks` are the decimal marks that the file's numbers have beyond doubt. Raises UnclearError.
    """
    text = unguarded(cell) if cell.startswith("'") else cell
    if form == "text":
        # A line break in a cell, as Windows and old Macs write it.
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    text = text.strip(BLANKS)
    return _READ[form](text, marks) if text else ""
