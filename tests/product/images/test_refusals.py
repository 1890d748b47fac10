"""Files that are no picture, are more than one thing, or would cost more than a picture is worth."""

import struct
import zlib

import pytest
from PIL import Image

from app.product.images.sifted import MOST_PARTS
from tests.builders import as_clerk, product
from tests.support.pictures import (
    chunk,
    corners,
    picture,
    png,
    quarters,
    with_chunk,
    with_segment,
    written,
)

JPEG, PNG, WEBP = (picture(form) for form in ("JPEG", "PNG", "WEBP"))
PROGRESSIVE = picture("JPEG", progressive=True)
ALPHA = written(Image.new("RGBA", (40, 30), (1, 2, 3, 9)), "WEBP")


def moving(form):
    frames = [quarters(), quarters().rotate(90)]
    return written(frames[0], form, save_all=True, append_images=frames[1:])


def patched(file, place, content):
    return file[:place] + content + file[place + len(content) :]


def frame_of(file):
    """Return where the head of a JPEG's frame begins."""
    return file.index(b"\xff\xc0")


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossless(width, height):
    """Return the head of a lossless WebP, with nothing behind it."""
    bits = (width - 1) | (height - 1) << 14
    return riff(b"VP8L" + struct.pack("<IBI", 6, 0x2F, bits) + b"\0")


# A page, a script and an archive read what they know from wherever it stands.
PAGE, ARCHIVE = b"<script>alert(1)</script>", b"PK\x03\x04" + b"\0" * 40

NO_IMAGES = {
    "nothing": b"",
    "a text": b"{}",
    "zeros": b"\0" * 100_000,
    "a GIF": picture("GIF"),
    "a BMP": picture("BMP"),
    "a TIFF": picture("TIFF"),
    "a PDF": picture("PDF"),
    "an icon": picture("ICO", (32, 32)),
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a PostScript that Ghostscript would run": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "a page in front of a JPEG": PAGE + JPEG,
    "an archive behind a PNG": PNG + ARCHIVE,
    "a page behind a WebP": WEBP + PAGE,
    "a byte behind a PNG": PNG + b"\0",
    "the beginning of a JPEG": b"\xff\xd8\xff",
    "the beginning of a PNG": b"\x89PNG\r\n\x1a\n",
    "the beginning of a WebP": b"RIFF\x04\0\0\0WEBP",
    "half a JPEG": JPEG[: len(JPEG) // 2],
    "half a PNG": PNG[: len(PNG) // 2],
    "half a WebP": WEBP[: len(WEBP) // 2],
    "a JPEG without its end": JPEG[:-2],
    "a PNG without its end": PNG[:-12],
    "a WebP without its last bytes": WEBP[:-2],
    "a JPEG of tables alone": JPEG[: frame_of(JPEG)] + b"\xff\xd9",
    "a JPEG with a frame and no scan": JPEG[: JPEG.index(b"\xff\xda")] + b"\xff\xd9",
    "a JPEG with two frames": patched(JPEG, 0, JPEG[:2]).replace(
        b"\xff\xda", JPEG[frame_of(JPEG) :][:19] + b"\xff\xda", 1
    ),
    "a JPEG of twelve bits": patched(JPEG, frame_of(JPEG) + 4, b"\x0c"),
    "a JPEG without lines": patched(JPEG, frame_of(JPEG) + 5, b"\0\0"),
    "a JPEG of two colours": patched(JPEG, frame_of(JPEG) + 9, b"\x02"),
    "a lossless JPEG": patched(JPEG, frame_of(JPEG), b"\xff\xc3"),
    "an arithmetic JPEG": patched(JPEG, frame_of(JPEG), b"\xff\xc9"),
    "a JPEG of a hundred scans": PROGRESSIVE[:-2]
    + PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2] * 99
    + b"\xff\xd9",
    "a JPEG of very many segments": with_segment(JPEG, 0xFE, b"")[:2]
    + b"\xff\xfe\0\x02" * (MOST_PARTS + 1)
    + JPEG[2:],
    "a JPEG whose segment is longer than it": with_segment(JPEG, 0xE1, b"")[:4]
    + b"\xff\xff"
    + JPEG[2:],
    "a PNG of very many chunks": with_chunk(PNG, chunk(b"tEXt") * (MOST_PARTS + 1)),
    "a PNG whose first chunk is another": PNG[:8] + chunk(b"tEXt") + PNG[8:],
    "a PNG with parts from elsewhere": with_chunk(PNG, chunk(b"CgBI", b"\0" * 4)),
    "a PNG with a wrong checksum": patched(PNG, 29, b"\0\0\0\0"),
    "a PNG without pixels": png(0, 0),
    "a PNG with too few pixels": png(40, 30, rows=b"\0" * 100),
    "a PNG whose pixels are no zlib": with_chunk(
        PNG[:33], chunk(b"IDAT", b"nonsense") + chunk(b"IEND")
    ),
    "a PNG of a depth that there is not": png(4, 1, bits=3, rows=b"\0" * 13),
    "a PNG of sixteen bits with one colour hidden": png(
        1, 1, chunk(b"tRNS", b"\0" * 6), bits=16, rows=b"\0" * 7
    ),
    "a WebP of nothing": riff(),
    "a WebP of a head alone": lossless(40, 30),
    "a WebP larger than its picture": patched(ALPHA, 24, b"\xff\x3f\0"),
    "a PNG that moves": moving("PNG"),
    "a WebP that moves": moving("WEBP"),
}
TOO_LARGE = {
    "a PNG of 3.6 billion pixels": png(60_000, 60_000),
    "a PNG of 2^62 pixels": png(2**31 - 1, 2**31 - 1),
    "a PNG of a pixel too many": png(5_001, 5_000),
    "a PNG with a long edge": png(16_385, 1, rows=b"\0" * 49_156),
    "a JPEG of 65,535 lines": patched(JPEG, frame_of(JPEG) + 5, b"\xff\xff\xff\xff"),
    "a progressive JPEG of 24 million pixels": patched(
        PROGRESSIVE, PROGRESSIVE.index(b"\xff\xc2") + 5, struct.pack(">HH", 4_000, 6_000)
    ),
    "a WebP of 16,384 by 16,384": lossless(16_384, 16_384),
    "a WebP of seven million pixels": lossless(2_700, 2_600),
}


@pytest.fixture
def put(client, database):
    """Send a file as a product's image."""
    url = f"/api/v1/products/{product(database).code}/image"
    headers = as_clerk(database)

    async def send(file):
        return await client.put(url, content=file, headers=headers)

    return send


@pytest.mark.parametrize("name", NO_IMAGES)
async def test_what_is_none_is_refused(put, name):
    answer = await put(NO_IMAGES[name])
    assert (answer.status_code, answer.json()["code"]) == (422, "not_an_image"), answer.text
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_what_has_too_many_pixels_is_refused_before_they_are_made(put, name):
    answer = await put(TOO_LARGE[name])
    assert (answer.status_code, answer.json()["code"]) == (422, "image_too_large"), answer.text


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"tEXt"])
async def test_what_a_picture_does_not_need_is_not_even_unpacked(put, client, name):
    """Here it is a hundred million blanks, which Pillow refuses to make of a text."""
    bomb = zlib.compress(b" " * 100_000_000)
    content = {b"iTXt": b"a\0\1\0\0\0", b"eXIf": b"", b"tEXt": b"a\0"}.get(name, b"a\0\0") + bomb
    answer = await put(with_chunk(PNG, chunk(name, content) * 3))
    assert answer.status_code == 200, answer.text
    shown = await client.get(answer.json()["image"]["large"])
    assert corners(shown.content) == ["red", "green", "blue", "white"]
