"""Styles and scripts, under a path that changes with any of them: a browser keeps them for good."""

import hashlib
from pathlib import Path

from app.core.web import NotFound

DIRECTORY = Path(__file__).parent.parent / "assets"

# In the order of their layers.
_STYLES = ("tokens", "base", "layout", "components", "shop", "print")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Assets:
    """All files, in memory. Modules import each other by their names alone, as they have one folder."""

    def __init__(self) -> None:
        style = "\n".join(
            (DIRECTORY / "css" / f"{name}.css").read_text("utf-8") for name in _STYLES
        )
        self._files = {"style.css": (style.encode(), _TYPES[".css"])}
        for file in sorted((DIRECTORY / "js").iterdir()):
            self._files[file.name] = (file.read_bytes(), _TYPES[file.suffix])
        whole = hashlib.sha256(b"".join(content for content, _ in self._files.values()))
        self.version = whole.hexdigest()[:12]

    def path(self, name: str) -> str:
        """Return where a file is. Raises KeyError for one that there is not."""
        self._files[name]
        return f"/assets/{self.version}/{name}"

    def read(self, version: str, name: str) -> tuple[bytes, str]:
        """Return a file and its type. Raises NotFound."""
        found = self._files.get(name)
        # Of another version it is not what was meant, and would be kept for good.
        if found is None or version != self.version:
            raise NotFound
        return found
