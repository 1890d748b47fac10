"""Commands: `flask --app main …`. Each says what it did, and ends with 1 and one sentence where it could not."""

from flask import Flask

from app.commands.create_admin import create_admin
from app.commands.demo_shop import demo
from app.commands.exporting import export_file
from app.commands.importing import import_file
from app.commands.migrate import migrate
from app.commands.open_series import open_series
from app.commands.tidy import tidy
from app.commands.verify import verify


def init_commands(app: Flask) -> None:
    """Give `app` its commands."""
    commands = (migrate, demo, create_admin, import_file, export_file, open_series, verify, tidy)
    for command in commands:
        app.cli.add_command(command)
