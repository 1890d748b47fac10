"""Exif (JEITA CP-3451): of all that it says only which way up a picture is."""

import struct

_ORIENTATION, _SHORT = 0x0112, 3
_UPRIGHT = 1
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ENTRY = 12


def orientation(block: bytes) -> int:
    """Return the orientation, from 1 to 8, in a block of Exif; 1, which is upright, also where nothing can be made of it."""
    tiff = block.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, start)
        for number in range(entries):
            place = start + 2 + number * _ENTRY
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and value in range(1, 9) else _UPRIGHT
    except struct.error:
        pass  # it points to where nothing is
    return _UPRIGHT
