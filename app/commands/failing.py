"""How commands fail: with one sentence on standard error and the exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import peewee
import psycopg2
import psycopg2.errors

from app.core.database import SchemaOutdated
from app.core.database.migrations import MigrationError
from app.core.web import Problem


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn what a command may meet into click's own error; what nobody thought of keeps its traceback."""
    try:
        yield
    except MigrationError as error:
        raise click.ClickException(str(error)) from error
    except (SchemaOutdated, psycopg2.errors.UndefinedTable) as error:
        raise click.ClickException(
            "The database does not have this version's tables yet: run migrate."
        ) from error
    except Problem as problem:
        faults = "; ".join(f"{error.pointer} {error.message}" for error in problem.errors)
        said = problem.detail or problem.title
        raise click.ClickException(f"{said} {faults}".strip()) from problem
    except (psycopg2.OperationalError, peewee.OperationalError) as error:
        if "No space left on device" in str(error):
            raise click.ClickException(
                "The disk of the database is full: free some space there and try again."
            ) from error
        reason = " ".join(str(error).split())
        raise click.ClickException(
            f"The database cannot be reached or is busy: {reason}"
        ) from error
    except psycopg2.Error as error:
        reason = " ".join(str(error).split())
        raise click.ClickException(f"The database refused: {reason}") from error
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or 'The file'} cannot be used: {error.strerror or error}."
        ) from error
