"""How the cells of other people become one of ours. Pure.

What is not understood stays as it is, for the schemas to refuse.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache, partial
from operator import itemgetter

from app.commands.mappings.format import Feed, Writing
from app.commands.sheets.cells import BLANKS, UnclearError, meant
from app.commands.sheets.columns import Column

Step = Callable[[str], str]

_LONGEST_CODE = 40
_KEPT = 10_000
# What is left of these letters without their signs is not what people write for them, or there are no signs to leave out.
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "æ": "ae", "ø": "oe", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"}
)  # fmt: skip


def slug(text: str) -> str:
    """Return a code for a name: the same one for names that differ in case and signs alone.

    What is written in other letters, or is too long for a code, has a number at its end that tells it from others.
    """
    text = text.strip(BLANKS).casefold()
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    code = re.sub("[^a-z0-9]+", "-", plain).strip("-")
    foreign = any(c.isalnum() and not c.isascii() for c in plain)
    if not foreign and (not text or 0 < len(code) <= _LONGEST_CODE):
        return code
    number = f"{zlib.crc32(text.encode()):08x}"
    return f"{code[: _LONGEST_CODE - 1 - len(number)] or 'x'}-{number}"


def share(text: str, marks: frozenset[str]) -> str:
    """Return a percentage as a share of one: 7 and 7 % are 0.07, and so is 0.07, but not 0.07 %."""
    number = _number(text.replace("%", ""), marks)
    if number is None:
        return text
    percent = "%" in text or number >= 1
    return _written(number / 100 if percent else number, marks)


def rounded(text: str, places: int, marks: frozenset[str]) -> str:
    """Return a number with so many decimals, rounded half up; it may have an exponent, as `real` of PostgreSQL has."""
    number = _number(text, marks)
    try:
        unit = Decimal(1).scaleb(-places)
        return text if number is None else _written(number.quantize(unit, ROUND_HALF_UP), marks)
    except InvalidOperation:
        return text


def _number(text: str, marks: frozenset[str]) -> Decimal | None:
    try:
        number = Decimal(meant(text, "number", marks))
    except (InvalidOperation, UnclearError):
        return None
    return number if number.is_finite() else None


def _written(number: Decimal, marks: frozenset[str]) -> str:
    """Return a number as the file would have it."""
    text = format(number, "f")
    return text.replace(".", ",") if marks == {","} else text


def bare(text: str, writing: Writing) -> str:
    """Return a number without its currency and the marks between its thousands."""
    for word in writing.currency:
        small = text.casefold()
        if small.endswith(word.casefold()):
            text = text[: -len(word)].rstrip(BLANKS)
        elif small.startswith(word.casefold()):
            text = text[len(word) :].lstrip(BLANKS)
    if (mark := writing.thousands) and mark in text:
        mark = re.escape(mark)
        if re.fullmatch(rf"-?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:[^0-9][0-9]+)?", text):
            return re.sub(rf"{mark}(?=[0-9]{{3}}(?![0-9]))", "", text)
    return text


def day(text: str, forms: Sequence[str]) -> str:
    """Return a date of one of these forms as 2026-01-31."""
    for form in forms:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return text


def _look(feed: Feed) -> Step:
    """Return what makes of one cell what it says."""
    words = {word.casefold(): value for word, value in feed.words.items()}

    def look(cell: str) -> str:
        text = cell.strip(BLANKS)
        if feed.split:
            text = next(filter(None, (part.strip(BLANKS) for part in text.split(feed.split))), "")
        return words.get(text.casefold(), text)

    return look


def _steps(feed: Feed, column: Column, writing: Writing, marks: frozenset[str]) -> Iterator[Step]:
    if column.form == "number":
        yield partial(bare, writing=writing)
    if column.form == "date" and writing.dates:
        yield partial(day, forms=writing.dates)
    if feed.percent:
        yield partial(share, marks=marks)
    if feed.round is not None:
        yield partial(rounded, places=feed.round, marks=marks)
    if feed.prefix:
        yield lambda text: f"{feed.prefix}{text}"
    if feed.slug:
        yield slug


def feeding(
    feed: Feed, column: Column, places: Sequence[int], writing: Writing, marks: frozenset[str]
) -> Callable[[list[str]], str]:
    """Return what makes the cell of `column` of a row, of its cells at `places`."""
    look = lru_cache(_KEPT)(_look(feed))
    steps = list(_steps(feed, column, writing, marks))
    default = feed.default or ""

    @lru_cache(_KEPT)
    def finish(text: str) -> str:
        if not text:
            return default
        for step in steps:
            text = step(text)
        return text

    if len(places) == 1:
        (place,) = places
        if not (feed.split or feed.words or steps or default):
            return itemgetter(place)
        return lambda row: finish(look(row[place]))
    if feed.join is not None:
        between = feed.join
        return lambda row: finish(between.join(filter(None, [look(row[p]) for p in places])))
    return lambda row: finish(next(filter(None, (look(row[p]) for p in places)), ""))


def fed_by(feed: Feed, places: Sequence[int]) -> Callable[[list[str]], list[int]]:
    """Return what says which of the cells at `places` made the cell: all that are joined, or the one that counts."""
    if feed.join is not None:
        return lambda _: list(places)
    look = _look(feed)
    return lambda row: [next((place for place in places if look(row[place])), places[0])]
