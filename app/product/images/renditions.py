"""A picture as it is kept and shown."""

import hashlib
from dataclasses import dataclass

SMALL, MEDIUM, LARGE = 160, 480, 1200
"""The longest edge of each rendition, in pixels. What is smaller is not made larger."""


@dataclass(frozen=True, slots=True)
class Renditions:
    """A picture as three WebPs without metadata; `hash` and the size in pixels are of the large one."""

    hash: str
    small: bytes
    medium: bytes
    large: bytes
    width: int
    height: int


def hash_of(large: bytes) -> str:
    """Return what a picture is known by: the SHA-256 of its large rendition, in hexadecimal digits."""
    return hashlib.sha256(large).hexdigest()
