"""JPEG files (ITU-T T.81), segment by segment."""

import re
from dataclasses import dataclass, field

from app.product.images.exif import orientation
from app.product.images.sifted import MOST_PARTS, Sifted, cut_short, no_image

SIGNATURE = b"\xff\xd8\xff"

_SOF, _PROGRESSIVE = frozenset({0xC0, 0xC1, 0xC2}), 0xC2
"""Frames of Huffman's codes, the last in several scans; nothing else is in use."""
_OTHER_FRAMES = frozenset(range(0xC0, 0xD0)) - _SOF - {0xC4, 0xC8, 0xCC}
_EOI, _SOS = 0xD9, 0xDA
_EXIF, _PROFILE = 0xE1, 0xE2
_WANTED = _SOF | {0xC4, 0xDB, 0xDD, _SOS}
"""Frames, the tables that they are read with, and scans."""
# What says how colours are meant: JFIF's and Adobe's own.
_SIGNED = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}
_ICC = b"ICC_PROFILE\0"

# In a scan 0xFF is followed by 0, or by a restart, or by what comes next.
_NEXT = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FILLED = re.compile(rb"\xff+")
_MOST_SCANS = 64
"""Each is read for all of the picture. Progressive files have ten, or some more."""


@dataclass(slots=True)
class _Frame:
    """What a frame's head says: the sizes, and how many blocks of 64 its components have for each 64 pixels."""

    progressive: bool
    width: int
    height: int
    components: int
    density: float


@dataclass(slots=True)
class _Walk:
    """What was found on the way."""

    kept: list[bytes | memoryview] = field(default_factory=lambda: [b"\xff\xd8"])
    frame: _Frame | None = None
    scans: int = 0
    interleaved: bool = False
    orientation: int = 1
    profile: dict[int, bytes] = field(default_factory=dict)


def sift(data: bytes) -> Sifted:
    """Return what is needed of a JPEG: its first picture. Raises Invalid.

    Cameras put others behind its end, of another brightness or eye: those are left out.
    """
    walk = _Walk()
    place = 2
    for _ in range(MOST_PARTS):
        marker, start = _marker(data, place)
        if marker == _EOI:
            return _sifted(walk)
        end = start + int.from_bytes(data[start : start + 2])
        if end < start + 2 or end > len(data):
            raise cut_short()
        _segment(walk, marker, data[start + 2 : end])
        if marker == _SOS:
            after = _NEXT.search(data, end)
            if after is None:
                raise cut_short()
            end = after.start()
        if marker in _WANTED or (marker in _SIGNED and data.startswith(_SIGNED[marker], start + 2)):
            walk.kept.append(memoryview(data)[start - 2 : end])
        place = end
    raise no_image("The JPEG has too many parts.")


def _marker(data: bytes, place: int) -> tuple[int, int]:
    """Return the marker at a place, and where what belongs to it begins."""
    # Any number of 0xFF may stand in front.
    if begins := _FILLED.match(data, place):
        place = begins.end() - 1
    if place + 2 > len(data):
        raise cut_short()
    marker = data[place + 1]
    if data[place] != 0xFF or marker in {0x00, 0x01, 0xD8} or 0xD0 <= marker <= 0xD7:  # noqa: PLR2004 - as T.81 has them
        raise no_image("The JPEG is damaged.")
    return marker, place + 2


def _segment(walk: _Walk, marker: int, content: bytes) -> None:
    """Note what a segment says."""
    if marker in _OTHER_FRAMES:
        raise no_image("This kind of JPEG is not read here.")
    if marker in _SOF:
        if walk.frame is not None:
            raise no_image("The JPEG is damaged.")
        walk.frame = _frame(marker, content)
    elif marker == _SOS:
        walk.scans += 1
        if walk.frame is None or walk.scans > _MOST_SCANS:
            raise no_image("The JPEG is damaged.")
        walk.interleaved = content[:1] == bytes([walk.frame.components])
    elif marker == _EXIF and content.startswith(b"Exif\0\0"):
        walk.orientation = orientation(content)
    elif marker == _PROFILE and content.startswith(_ICC):
        walk.profile[content[len(_ICC)] if len(content) > len(_ICC) else 0] = content[14:]


def _frame(marker: int, content: bytes) -> _Frame:
    if len(content) < 6 or content[0] != 8 or len(content) != 6 + 3 * content[5]:  # noqa: PLR2004 - as T.81 has it
        raise no_image("This kind of JPEG is not read here.")
    across = [content[place] >> 4 for place in range(7, len(content), 3)]
    down = [content[place] & 15 for place in range(7, len(content), 3)]
    if content[5] not in {1, 3, 4} or not all(1 <= each <= 4 for each in (*across, *down)):  # noqa: PLR2004 - as T.81 has it
        raise no_image("This kind of JPEG is not read here.")
    blocks = sum(a * d for a, d in zip(across, down, strict=True))
    return _Frame(
        progressive=marker == _PROGRESSIVE,
        width=int.from_bytes(content[3:5]),
        height=int.from_bytes(content[1:3]),
        components=content[5],
        density=blocks / (max(across) * max(down)),
    )


def _sifted(walk: _Walk) -> Sifted:
    frame = walk.frame
    if frame is None or not walk.scans:
        raise no_image("The JPEG has no picture in it.")
    # One that comes in one go is made smaller while it is read. Else all of it is held, in numbers of two bytes.
    in_one_go = walk.interleaved and walk.scans == 1 and not frame.progressive
    held = 0 if in_one_go else 2 * frame.density * frame.width * frame.height
    profile = b"".join(walk.profile[number] for number in sorted(walk.profile))
    return Sifted(
        "JPEG",
        b"".join([*walk.kept, b"\xff\xd9"]),
        frame.width,
        frame.height,
        memory=int(held),
        orientation=walk.orientation,
        profile=profile or None,
    )
