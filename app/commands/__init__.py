"""Commands: `flask --app main …`. Each says what it did, and ends with 1 and one sentence where it could not."""

from flask import Flask

from app.commands.create_admin import create_admin
from app.commands.demo_shop import demo
from app.commands.exporting import export_file
from app.commands.importing import import_file
from app.commands.migrate import migrate
from app.commands.tidy import tidy
from app.commands.verify import verify


def init_commands(app: Flask) -> None:
    """Give `app` its commands."""
    for command in (migrate, demo, create_admin, import_file, export_file, verify, tidy):
        app.cli.add_command(command)
