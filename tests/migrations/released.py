"""Databases as released versions left them: dumps of a few rows each, and what is asked of one and its upgrade.

`python -m tests.migrations.released VERSION` writes the dump of the version that is being released.
"""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from local.dump import program
from tests.builders import as_clerk, brand, discount, placed, product, stocked
from tests.support.database import Cluster

DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.sql"))

# Those of extensions are not the shop's.
_FUNCTIONS = """
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    """
_CALLS = f"""
    SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.proretset {_FUNCTIONS}
    """
_TEXTS = f"""
    SELECT p.proname, p.prosrc {_FUNCTIONS}
    UNION ALL SELECT relname, pg_get_viewdef(oid) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
    """
_COLUMNS = """
    SELECT c.relname, array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v' GROUP BY 1
    """


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query, or none of what returns none, as the owner."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else []


def calls(url: str) -> set[tuple[Any, ...]]:
    """Return what may be called: names, arguments with their names and defaults, and what comes back."""
    return set(ask(url, _CALLS))


def bodies(url: str) -> set[tuple[str, str]]:
    """Return what each function and view says, by name."""
    return set(ask(url, _TEXTS))


def view_columns(url: str) -> dict[str, list[str]]:
    """Return the columns of each view, with their types, in their order."""
    return dict(ask(url, _COLUMNS))


def schema(url: str) -> str:
    """Return all that a database has but for its rows and rights, as pg_dump writes it."""
    return _dump(url, "--schema-only")


def _dump(url: str, *options: str) -> str:
    command = [str(program("pg_dump", 18)), url, "--no-privileges", *options]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # A key that is another one in each dump.
    return "".join(line for line in text.splitlines(True) if not line.startswith("\\"))


def main(version: str) -> None:
    """Write the dump of this version: a product in stock, a purchase of it, and whose they are."""
    cluster = Cluster().start()
    try:
        server = cluster.clone("released")
        as_clerk(server)
        sold = product(server, brand=brand(server), discount=discount(server))
        placed(server, (stocked(server, sold, 5), 2), paid=1)
        file = Path(__file__).parent / "dumps" / f"{version}.sql"
        file.write_text(
            _dump(server.owner_url, "--no-owner", "--rows-per-insert=100"), encoding="utf-8"
        )
    finally:
        cluster.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
