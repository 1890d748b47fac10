"""What a column of a file is, and those that several kinds have, or that are many."""

from dataclasses import dataclass
from typing import Literal

from app.commands.sheets.notation import (
    ALLERGENS_IN_A_CELL,
    CODES,
    NUTRITION_IN_A_CELL,
    WORDS,
    Notation,
)
from app.product.food.schemas import ALLERGENS

Form = Literal["word", "text", "number", "date", "choice", "flag", "barcode", "barcodes", "plu"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    `says` completes "must be …" for who got a value wrong; `form` is how its cells are read (cells.py), and `notation`
    how several values stand in one. `field` is the column of the table where that has another name, `refers` the table
    whose code it is, `lists` the table whose codes it holds, and `beside` SQL for what is in a table that the sheet's `rows` join.
    """

    name: str
    says: str
    form: Form = "word"
    field: str = ""
    refers: str = ""
    notation: Notation | None = None
    lists: str = ""
    beside: str = ""

    @property
    def stored(self) -> str:
        """The table's column."""
        return self.field or (f"{self.name}_id" if self.refers else self.name)

    def of(self, row: str) -> str:
        """Return SQL for the value in the table's `row`, an alias."""
        if self.refers:
            return f"(SELECT r.code FROM {self.refers} r WHERE r.id = {row}.{self.stored})"  # noqa: S608 - all are ours
        return self.beside or f"{row}.{self.stored}"

    def among(self, row: str) -> str:
        """Return SQL for whether the value in the table's `row`, an alias, is one of an array that is a parameter."""
        if self.refers:
            return f"{row}.{self.stored} IN (SELECT r.id FROM {self.refers} r WHERE r.code = ANY(%s::text[]))"  # noqa: S608 - all are ours
        return f"{row}.{self.stored} = ANY(%s::text[])"


_A_CODE = "a code of 1 to 40 letters a-z, figures and hyphens, not beginning with a hyphen"
CODE = Column("code", _A_CODE)
NAME = Column("name", "one line of 1 to 120 characters", "text")
PHONE = Column("phone", "a telephone number like +48 22 555 01 10")
ADDRESS = Column("address", "an address of at most 500 characters", "text")
ACTIVE = Column("active", "yes or no", "flag")
A_PRODUCT = Column("product", "a product's code", refers="product")
BY_CODE = 'ORDER BY t.code COLLATE "C"'


def code_of(name: str, table: str) -> Column:
    """Return the column of that name, which has a code of `table`."""
    return Column(name, _A_CODE, refers=table)


def codes_of(name: str, table: str) -> Column:
    """Return the column of that name, which has codes of `table`."""
    says = "at most 200 codes with blanks between them"
    return Column(name, says, notation=CODES, lists=table)


FOOD = (
    Column("net_quantity", "what is in a piece, like 500 or 1.5", "number"),
    Column("net_unit", "g, kg, ml or l, if net_quantity is given", "choice"),
    Column("ingredients", "a text of at most 4,000 characters", "text"),
    Column(
        "allergens",
        "allergens of Annex II of Regulation (EU) No 1169/2011, like contains: milk, gluten; may contain: nuts; free: others; their names"
        f" are {', '.join(ALLERGENS)}",
        "text",
        notation=ALLERGENS_IN_A_CELL,
    ),
    Column("diets", "any of vegan, vegetarian, halal and kosher", "text", notation=WORDS),
    Column(
        "nutrition",
        "what is in 100 g or 100 ml: energy_kj 1046, energy_kcal 250, fat 3.5, saturates 1.2, carbohydrate 40, sugars 12.25,"
        " protein 8, salt 0.9, and fibre, starch, polyols, mono_unsaturates and polyunsaturates if known",
        "text",
        notation=NUTRITION_IN_A_CELL,
    ),
    Column("food_business", "a text of at most 300 characters", "text"),
    Column("origin", "a text of at most 300 characters", "text"),
    Column("storage", "a text of at most 300 characters", "text"),
    Column("alcohol", "per cent by volume from 0 to 100, like 4.9", "number"),
    Column("min_age", "a whole number of years from 1 to 99"),
    Column("shelf_life_days", "a whole number of days from 1 to 3650"),
)
