"""`create-admin`: make the shop's first admin, or another one."""

import secrets
import sys

import click
from flask.cli import with_appcontext
from pydantic import TypeAdapter, ValidationError

from app.commands.failing import one_sentence
from app.core.serving.concurrency import run_sync
from app.core.web.schema import Email, Name
from app.core.wiring import wired
from app.login.accounts import Accounts

_EMAIL, _NAME = TypeAdapter[str](Email), TypeAdapter[str](Name)


def _checked(kind: TypeAdapter[str], value: str, what: str) -> str:
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(error.errors()[0]["msg"], param_hint=what) from error


@click.command("create-admin")
@click.argument("email")
@click.option("--name", default="Admin", show_default=True, help="How the shop calls them.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input's first line."
)
@with_appcontext
def create_admin(email: str, name: str, password_stdin: bool) -> None:  # noqa: FBT001 - click's
    """Make an admin who logs in with EMAIL, and print a one-time password unless it is given.

    Change the printed password after the first login: PUT /api/v1/login/password.
    """
    password = secrets.token_urlsafe(18)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    address, known_as = _checked(_EMAIL, email, "EMAIL"), _checked(_NAME, name, "--name")
    with one_sentence():
        run_sync(wired(Accounts).create_admin, address, known_as, password)
    click.echo(f"{address} is an admin now.")
    if not password_stdin:
        click.echo(f"Password, shown only here: {password}")
