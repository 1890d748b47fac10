"""A kind of file: its columns, and where in the shop each has its place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app import models
from app.commands.sheets.columns import Column
from app.core.web.schema import Schema


def _no_rule(_: Mapping[str, Any]) -> None:
    """Let any values pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A kind of file: a row is a row of `model`'s table, and its values are what `schema` allows.

    `key` are the columns that name a row, and where a row `changes` what the shop has by that name, no two rows of a file
    have the same there, and it needs no more columns. Other kinds only add, or replace. `rows` is SQL that follows
    `FROM table t` in an export; `only_in` are columns that import alone has. `check` raises Invalid for values that do not
    fit together.
    """

    name: str
    model: type[models.Row]
    schema: type[Schema]
    columns: tuple[Column, ...]
    rows: str
    key: tuple[str, ...] = ("code",)
    changes: bool = True
    only_in: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, Any]], None] = _no_rule

    @property
    def table(self) -> str:
        """The table's name, which is that of one such thing."""
        return str(self.model._meta.table_name)  # noqa: SLF001 - peewee has no public name for it

    def named(self, names: Iterable[str]) -> list[Column]:
        """Return the columns with these names, in the sheet's order."""
        wanted = set(names)
        return [column for column in self.columns if column.name in wanted]

    @property
    def exported(self) -> list[Column]:
        """The columns of an export."""
        return [column for column in self.columns if column.name not in self.only_in]

    def called(self, values: Mapping[str, Any]) -> str:
        """Return what the row with these values is called, as `milk-1l of lowland-dairy` by a key of two columns."""
        return " of ".join(values[name] for name in reversed(self.key))

    def export(self) -> str:
        """Return the query for all rows, with the values of the exported columns."""
        values = ", ".join(column.of("t") for column in self.exported)
        return f"SELECT {values} FROM {self.table} t {self.rows}"  # noqa: S608 - all are ours
