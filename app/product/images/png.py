"""PNG files (ISO/IEC 15948), chunk by chunk."""

import struct
import zlib
from collections.abc import Iterator

from app.product.images.exif import orientation
from app.product.images.sifted import (
    MOST_PARTS,
    Sifted,
    animated,
    cut_short,
    followed,
    no_image,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_HEAD = struct.Struct(">I4s")
_SHAPE = struct.Struct(">IIBB")
_AROUND = 12
"""Bytes of a chunk that are not its content: its length, name and checksum."""
_WANTED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_READ = frozenset({b"IHDR", b"tRNS", b"eXIf", b"iCCP"})
_GREY, _RGB = 0, 2
_MOST_PROFILE = 4 * 1024 * 1024


def sift(data: bytes) -> Sifted:
    """Return what is needed of a PNG. Raises Invalid."""
    kept: list[bytes | memoryview] = [SIGNATURE]
    found: dict[bytes, bytes] = {}
    for name, place, end in _chunks(data):
        if name == b"acTL":
            raise animated()
        if not found and name != b"IHDR":
            raise no_image("The PNG does not begin as one.")
        if name[:1].isupper() and name not in _WANTED:
            raise no_image("The PNG has parts that are not known here.")
        if name in _READ:
            found.setdefault(name, data[place + 8 : end - 4])
        if name == b"tRNS":
            kept.append(_transparent(found))
        elif name in _WANTED:
            kept.append(memoryview(data)[place:end])
    width, height, _, _ = _shape(found)
    return Sifted(
        "PNG",
        b"".join(kept),
        width,
        height,
        memory=4 * width * height,
        orientation=orientation(found.get(b"eXIf", b"")),
        profile=_profile(found.get(b"iCCP", b"")),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, where it begins and where it ends, to the last one, which must be the file's end."""
    place = len(SIGNATURE)
    for _ in range(MOST_PARTS):
        if place + _AROUND > len(data):
            raise cut_short()
        length, name = _HEAD.unpack_from(data, place)
        end = place + _AROUND + length
        if end > len(data):
            raise cut_short()
        yield name, place, end
        if name == b"IEND":
            if end < len(data):
                raise followed()
            return
        place = end
    raise no_image("The PNG has too many parts.")


def _shape(found: dict[bytes, bytes]) -> tuple[int, int, int, int]:
    """Return the width, the height, the bits of a sample and the kind of pixels."""
    try:
        shape: tuple[int, int, int, int] = _SHAPE.unpack_from(found[b"IHDR"])
    except struct.error:
        raise no_image("The PNG does not begin as one.") from None
    return shape


def _transparent(found: dict[bytes, bytes]) -> bytes:
    """Return the chunk that says which pixels are transparent, in the terms of pixels of eight bits: so it is read."""
    content = found[b"tRNS"]
    _, _, bits, kind = _shape(found)
    if kind in {_GREY, _RGB} and bits > 8:  # noqa: PLR2004 - as its docstring says
        raise no_image("A PNG of 16 bits with one transparent colour is not read here.")
    if kind == _GREY and len(content) == 2:  # noqa: PLR2004 - one number of two bytes
        grey = int.from_bytes(content) * 255 // (2**bits - 1)
        content = (grey & 255).to_bytes(2)
    named = b"tRNS" + content
    return len(content).to_bytes(4) + named + zlib.crc32(named).to_bytes(4)


def _profile(content: bytes) -> bytes | None:
    """Return the profile that is compressed behind its name; None for what is none, or too large to be one."""
    packed = content.partition(b"\0")[2][1:]
    try:
        profile = zlib.decompressobj().decompress(packed, _MOST_PROFILE)
    except zlib.error:
        return None
    return profile if 0 < len(profile) < _MOST_PROFILE else None
