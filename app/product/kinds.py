"""The kinds of things in the catalogue: what each is made of, and how it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app import models
from app.core.database import Statement, TransactionConflict
from app.core.web import Problem
from app.product.statements import id_by_code, lock_by_code


def _no_rule(_: Mapping[str, Any]) -> None:
    """Let any values pass."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """A kind of thing with a code.

    `members` maps what can change of it, by the API's names, to SQL for the value as the API shows
    it; `fields` are the model's names where they differ; `references` maps members that hold a
    code to the statement that finds its id, and `code_lists` those that hold several codes, to be kept as such, to the one that
    finds those that are not known. `documents` are those that are JSON. `check` raises Invalid for values, of all members, that
    do not fit together. `refusals` says in the API's terms what it is that a constraint of its table refuses, or has the
    transaction tried again.
    """

    name: str
    model: type[models.Row]
    read: Statement
    members: Mapping[str, str]
    fields: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, Statement] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    code_lists: Mapping[str, Statement] = field(default_factory=dict)
    check: Callable[[Mapping[str, Any]], None] = _no_rule
    refusals: Mapping[str, Callable[[], Problem | TransactionConflict]] = field(
        default_factory=dict
    )
    lock: Statement = field(init=False)
    find: Statement = field(init=False)

    def __post_init__(self) -> None:
        lock = lock_by_code(self.name, ", ".join(self.members.values()))
        object.__setattr__(self, "lock", lock)
        object.__setattr__(self, "find", id_by_code(self.name))


@dataclass(frozen=True, kw_only=True, eq=False)
class Named(Kind):
    """A kind that is listed by name: there are few of each."""

    first_page: Statement
    next_page: Statement


def code_of(table: str, key: str) -> str:
    """Return the SQL for the code of the row of `table` that the column `key` points to."""
    return f"(SELECT r.code FROM {table} r WHERE r.id = t.{key})"  # noqa: S608 - both are ours


def columns(*names: str) -> dict[str, str]:
    """Return the members of those names that are columns of the same names."""
    return {name: f"t.{name}" for name in names}
