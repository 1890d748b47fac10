"""Putting the texts of functions and views in force, and saying of each which one it is."""

from collections import Counter

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from app.core.database.definitions import MARKS, NOBODYS, Definition, Mark, changed, marks, said

# With what tells a row from the one that it replaces: of several functions with one name, the one just made has another.
_THERE = {
    "FUNCTION": "SELECT 'FUNCTION ' || oid::regprocedure, xmin::text FROM pg_proc"
    " WHERE proname = %s AND pronamespace = 'public'::regnamespace ORDER BY oid",
    "VIEW": "SELECT 'VIEW ' || oid::regclass, xmin::text FROM pg_class"
    " WHERE relname = %s AND relnamespace = 'public'::regnamespace AND relkind = 'v'",
}
_ANOTHER = (
    "The text of {} takes or returns something else than the one in force ({}), and old servers would not understand"
    " it: give it another name."
)


class TextRefused(Exception):  # noqa: N818 - as the errors of the web are named
    """A text cannot be put in force; it is one sentence that says what to change."""


def renew(cursor: Cursor, ours: list[Definition], *, newer: bool) -> list[str]:
    """Put in force what has changed, within the caller's transaction, and return the names.

    In a database where a `newer` version has been, what nobody has marked, as after a restore, is left as it is.
    Raises TextRefused, and psycopg2.Error.
    """
    cursor.execute(MARKS)
    there = marks(cursor.fetchall())
    renewed = []
    for one in changed(there, ours):
        mark = there.get(one.name, Mark(0, NOBODYS))
        if newer and mark.text == NOBODYS and _take_as_is(cursor, one, mark.edition):
            continue
        if _create(cursor, one, mark):
            renewed.append(one.name)
    if names := _doubled(cursor):
        raise TextRefused(_ANOTHER.format(", ".join(names), "there are two"))
    return renewed


def _create(cursor: Cursor, one: Definition, mark: Mark) -> bool:
    """Create a function or view anew. Of a view that nobody's text has more columns for, say that it stays as it is."""
    cursor.execute("SAVEPOINT text")
    try:
        _put(cursor, one)
    except errors.InsufficientPrivilege as error:
        raise TextRefused(
            f"The role may not change {one.name} ({error.diag.message_primary}): name the one that owns it in"
            " OGS_DATABASE__OWNER_URL."
        ) from error
    except (errors.InvalidFunctionDefinition, errors.InvalidTableDefinition) as error:
        gained = one.kind == "VIEW" and "drop columns" in str(error.diag.message_primary)
        if gained and mark.text == NOBODYS:
            # A later version's, which only gained columns at its end.
            cursor.execute("ROLLBACK TO SAVEPOINT text")
            _take_as_is(cursor, one, mark.edition)
            return False
        raise TextRefused(_ANOTHER.format(one.name, error.diag.message_primary)) from error
    return True


def _put(cursor: Cursor, definition: Definition) -> None:
    before = _there(cursor, definition)
    cursor.execute(definition.text)
    there = _there(cursor, definition)
    # There is one view of a name, and its row may stay the same.
    is_view = definition.kind == "VIEW"
    made = [what for what, row in there.items() if is_view or before.get(what) != row]
    if len(made) != 1:
        raise TextRefused(
            f"{definition.name}.sql makes more than the one {definition.kind} of its name."
        )
    _say(cursor, made[0], definition.name, definition.mark)


def _take_as_is(cursor: Cursor, definition: Definition, edition: int) -> bool:
    """Mark what is there as what `definition` needs, its text being nobody's; return whether there is anything.

    `edition` is the one that it is marked with: never a lower one will be.
    """
    there = list(_there(cursor, definition))
    if there:
        # The last one made, where old versions have left others of its name.
        _say(cursor, there[-1], definition.name, Mark(max(edition, definition.edition), NOBODYS))
    return bool(there)


def _there(cursor: Cursor, definition: Definition) -> dict[str, str]:
    cursor.execute(_THERE[definition.kind], (definition.name,))
    return dict(cursor.fetchall())


def _doubled(cursor: Cursor) -> list[str]:
    """Return the names of which more than one function or view has a text: old servers would not know which to call."""
    cursor.execute(MARKS)
    names = Counter(name for name, mark, _ in said(cursor.fetchall()) if mark.text != NOBODYS)
    return [name for name, count in names.items() if count > 1]


def give_up(cursor: Cursor) -> None:
    """Have all texts be nobody's, within the caller's transaction. Servers that go by their editions serve on."""
    cursor.execute(MARKS)
    for name, mark, made in said(cursor.fetchall()):
        _say(cursor, made, name, mark._replace(text=NOBODYS))


def _say(cursor: Cursor, made: str, name: str, mark: Mark) -> None:
    comment = sql.Literal(mark.comment(name))
    cursor.execute(sql.SQL("COMMENT ON {} IS {}").format(sql.SQL(made), comment))
