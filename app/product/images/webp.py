"""WebP files (RFC 9649), chunk by chunk."""

import struct
from collections.abc import Iterator, Mapping

from app.product.images.exif import orientation
from app.product.images.sifted import (
    MOST_PARTS,
    Sifted,
    animated,
    cut_short,
    followed,
    no_image,
)

_RIFF = struct.Struct("<4sI4s")
_HEAD = struct.Struct("<4sI")
_WANTED = (b"ALPH", b"VP8 ", b"VP8L")
_EXTENDED = 10
_ALPHA, _ANIMATION = 0x10, 0x02
_BYTES_A_PIXEL = 16
"""The decoder's two canvases, what it gives, and what that is kept as: measured."""


def is_webp(data: bytes) -> bool:
    """Say whether a file begins as a WebP."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def sift(data: bytes) -> Sifted:
    """Return what is needed of a WebP. Raises Invalid."""
    found: dict[bytes, memoryview] = {}
    for name, content in _chunks(memoryview(data)):
        if name in {b"ANIM", b"ANMF"}:
            raise animated()
        found.setdefault(name, content)
    width, height = _size(found)
    kept: dict[bytes, bytes | memoryview] = {n: found[n] for n in _WANTED if n in found}
    if b"VP8X" in found:
        kept = {b"VP8X": _extended(bytes(found[b"VP8X"]), width, height), **kept}
    return Sifted(
        "WEBP",
        _written(kept),
        width,
        height,
        memory=_BYTES_A_PIXEL * width * height,
        orientation=orientation(bytes(found.get(b"EXIF", b""))),
        profile=bytes(found.get(b"ICCP", b"")) or None,
    )


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield each chunk's name and content, to the file's end, which must be where it says."""
    if len(data) < _RIFF.size:
        raise cut_short()
    end = _RIFF.unpack_from(data)[1] + 8
    if end > len(data):
        raise cut_short()
    # What is odd is made even by a byte that does not count.
    if end + end % 2 < len(data):
        raise followed()
    place = _RIFF.size
    for _ in range(MOST_PARTS):
        if place >= end:
            return
        if place + _HEAD.size > end:
            raise cut_short()
        name, length = _HEAD.unpack_from(data, place)
        start = place + _HEAD.size
        if start + length > end:
            raise cut_short()
        yield name, data[start : start + length]
        place = start + length + length % 2
    raise no_image("The WebP has too many parts.")


def _written(chunks: Mapping[bytes, bytes | memoryview]) -> bytes:
    """Return a file of these chunks."""
    parts: list[bytes | memoryview] = [b"WEBP"]
    for name, content in chunks.items():
        parts += [_HEAD.pack(name, len(content)), content, b"\0" * (len(content) % 2)]
    return b"".join([_HEAD.pack(b"RIFF", sum(map(len, parts))), *parts])


def _size(found: Mapping[bytes, bytes | memoryview]) -> tuple[int, int]:
    """Return the width and the height, as its pixels' own head has them."""
    if len(lossy := found.get(b"VP8 ", b"")) >= 10 and lossy[3:6] == b"\x9d\x01\x2a":  # noqa: PLR2004 - its head's length
        width, height = struct.unpack_from("<HH", lossy, 6)
        return width & 0x3FFF, height & 0x3FFF
    if len(lossless := found.get(b"VP8L", b"")) >= 5 and lossless[:1] == b"\x2f":  # noqa: PLR2004 - its head's length
        (bits,) = struct.unpack_from("<I", lossless, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise no_image("The WebP has no picture in it.")


def _extended(content: bytes, width: int, height: int) -> bytes:
    """Return what says how large the canvas is, which must be the picture's size, and whether there is alpha."""
    if len(content) != _EXTENDED:
        raise no_image("The WebP is damaged.")
    if content[0] & _ANIMATION:
        raise animated()
    canvas = [int.from_bytes(content[place : place + 3], "little") + 1 for place in (4, 7)]
    if canvas != [width, height]:
        raise no_image("The WebP's picture does not fill its canvas.")
    return bytes([content[0] & _ALPHA, 0, 0, 0]) + content[4:]
