"""Pictures, made as cameras, painters and their enemies make them."""

import struct
import zlib
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

CORNERS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
"""What picture() has in its corners: the upper ones first, from left to right."""


def quarters(size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Return four quarters, each of a colour of its own."""
    width, height = size
    image = Image.new("RGB", size)
    for place, colour in enumerate(CORNERS.values()):
        left, top = (place % 2) * (width // 2), (place // 2) * (height // 2)
        image.paste(
            colour, (left, top, width if left else width // 2, height if top else height // 2)
        )
    return image


def picture(
    form: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any
) -> bytes:
    """Return the file of quarters(), in a format and a mode of Pillow's; `how` goes to its writer."""
    return written(quarters(size).convert(mode), form, **how)


def written(image: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    """Return an image's file."""
    into = BytesIO()
    image.save(into, form, **({"quality": 95, "subsampling": 0} if form == "JPEG" else {}) | how)
    return into.getvalue()


def opened(file: bytes) -> Image.Image:
    """Return the image in a file, all of it read."""
    with Image.open(BytesIO(file)) as image:
        image.load()
        return image.copy()


def corners(file: bytes) -> list[str]:
    """Return what the corners of a picture look like: names of CORNERS, or `none` where one sees through."""
    image = opened(file).convert("RGBA")
    right, bottom = image.width - 1, image.height - 1
    return [
        _name(image.getpixel(place)) for place in ((0, 0), (right, 0), (0, bottom), (right, bottom))
    ]


def _name(pixel: Any) -> str:
    *colour, alpha = pixel
    if alpha < 128:
        return "none"
    return min(
        CORNERS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(CORNERS[name], colour, strict=True)),
    )


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """Return a chunk of a PNG."""
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(
    width: int, height: int, *chunks: bytes, bits: int = 8, kind: int = 2, rows: bytes = b""
) -> bytes:
    """Return a PNG of that shape, with more chunks in front of its pixels: `rows` as they are before they are compressed."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + data + chunk(b"IEND")


def with_chunk(file: bytes, added: bytes) -> bytes:
    """Return a PNG with a chunk behind its head."""
    return file[:33] + added + file[33:]


def with_segment(file: bytes, marker: int, content: bytes) -> bytes:
    """Return a JPEG with a segment at its beginning."""
    return (
        file[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + file[2:]
    )


def exif(orientation: int, order: str = "<") -> bytes:
    """Return Exif that says which way up a picture is, and where it was made."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f"{order}HHI4s", 0x8825, 2, 4, b"HOME")
    return b"Exif\0\0" + mark + struct.pack(f"{order}IH", 8, 2) + entries + b"\0" * 4


def turned(orientation: int) -> Image.Image:
    """Return quarters() as a camera held that way sees them: upright again if its Exif is heeded."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = quarters()
    return image if orientation == 1 else image.transpose(turns[orientation])


@lru_cache
def swapping_profile() -> bytes:
    """Return an ICC profile whose red is sRGB's green, and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    places = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = (slice(places[name] + 4, places[name] + 12) for name in (b"rXYZ", b"gXYZ"))
    profile[red], profile[green] = profile[green], profile[red]
    return bytes(profile)
