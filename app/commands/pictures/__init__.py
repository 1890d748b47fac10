"""Pictures of products: taken out of a folder, and written into one."""

from pathlib import Path

import click

IMAGES = "images"
"""The kind of what `import` and `export` take from a folder and write into one; all others are files."""


def file_or_folder(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """Return the path that a command was given. Raises BadParameter for one that its kind is not kept in."""
    of_images = context.params.get("kind") == IMAGES
    if of_images and (path is None or (path.exists() and not path.is_dir())):
        raise click.BadParameter("images are in a folder.")
    if not of_images and path is not None and path.is_dir():
        raise click.BadParameter(f"File '{path}' is a directory.")
    return path
