"""What of a picture's file its decoder gets to see, and the refusals of all others.

A file is walked through, by the rules of its format, before anything in it is decoded: so its size is known, and what a picture
does not need (texts, thumbnails, further pictures, places where somebody was) reaches no decoder.
"""

from dataclasses import dataclass
from typing import Literal

from app.core.web import Invalid

MOST_PIXELS = 25_000_000
MOST_MEMORY = 100 * 1024 * 1024
"""Bytes that decoding may take: 4 for each pixel of a PNG, 16 of a WebP, next to none of a JPEG that comes in one go."""

LONGEST_EDGE = 16_384
MOST_PARTS = 20_000
"""Chunks or segments of one file. Those that writers make of ten megabytes are some thousand."""

Format = Literal["JPEG", "PNG", "WEBP"]
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Sifted:
    """A file with one picture and nothing else: no metadata, nothing behind its end.

    `memory` is what decoding it takes at most, in bytes; `orientation` is Exif's, from 1 to 8; `profile` is of its colours
    (ICC), None for sRGB.
    """

    format: Format
    data: bytes
    width: int
    height: int
    memory: int
    orientation: int = 1
    profile: bytes | None = None

    def __post_init__(self) -> None:
        width, height = self.width, self.height
        if min(width, height) < 1:
            raise no_image("The image has no pixels.")
        if (
            max(width, height) > LONGEST_EDGE
            or width * height > MOST_PIXELS
            or self.memory > MOST_MEMORY
        ):
            raise Invalid(
                f"The image has {width} x {height} pixels, which is more than is read of a {self.format}: make it smaller.",
                code="image_too_large",
            )


def no_image(why: str) -> Invalid:
    """Return the refusal of what is not read as an image; `why` is a sentence."""
    return Invalid(why, code="not_an_image")


def cut_short() -> Invalid:
    """Return the refusal of a file that is not all there."""
    return no_image("The image's file ends too early.")


def animated() -> Invalid:
    """Return the refusal of what moves."""
    return no_image("The image is animated: send a still one.")


def followed() -> Invalid:
    """Return the refusal of a file that may be another one as well."""
    return no_image("Something else stands behind the image's end.")
