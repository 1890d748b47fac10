"""Mappings by the path of their file, or by the name of one that is ready."""

import tomllib
from pathlib import Path

from app.commands.mappings.format import MappingError, MappingFile

FOLDER = Path(__file__).parent
READY = sorted(path.stem for path in FOLDER.glob("*.toml"))
"""The names of the mappings that are ready."""


def find_mapping(name: str) -> MappingFile:
    """Return the mapping with that name, or in the file at that path. Raises MappingError and OSError."""
    path = FOLDER / f"{name}.toml" if name in READY else Path(name)
    if not path.exists():
        raise MappingError(
            f"There is no mapping {name}: neither a file nor one of {', '.join(READY)}."
        )
    try:
        return MappingFile(path.name, tomllib.loads(path.read_text(encoding="utf-8")))
    except UnicodeDecodeError:
        raise MappingError(f"{path.name} is not UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{path.name} is no TOML: {error}.") from None
