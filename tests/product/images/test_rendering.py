"""Pictures made anew: right, upright, in sRGB, and with nothing in them but what is seen."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.web import Invalid
from app.product.images.rendering import render, sift
from app.product.images.renditions import hash_of
from tests.support.pictures import (
    CORNERS,
    chunk,
    corners,
    exif,
    opened,
    picture,
    png,
    quarters,
    swapping_profile,
    turned,
    with_chunk,
    with_segment,
    written,
)

UPRIGHT = list(CORNERS)


def shapes(made):
    return [opened(each).size for each in (made.small, made.medium, made.large)]


class TestSizes:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_are_three(self, form):
        made = render(picture(form, (2000, 1000)))
        assert shapes(made) == [(160, 80), (480, 240), (1200, 600)]
        assert (made.width, made.height) == (1200, 600)
        assert made.hash == hash_of(made.large)
        assert [corners(each) for each in (made.small, made.medium, made.large)] == [UPRIGHT] * 3

    def test_nothing_is_made_larger(self):
        assert shapes(render(picture(size=(200, 300)))) == [(107, 160), (200, 300), (200, 300)]

    @pytest.mark.parametrize("size", [(1, 1), (16_000, 2), (1, 10_000), (2399, 3), (4801, 1201)])
    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_however_odd_the_shape(self, form, size):
        made = render(written(Image.new("RGB", size, (0, 255, 0)), form))
        longest = max(size)
        edges = [min(longest, most) for most in (160, 480, 1200)]
        assert [max(shape) for shape in shapes(made)] == edges
        assert corners(made.large) == ["green"] * 4

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16"])
    def test_a_large_one_is_reduced_in_bands(self, mode):
        """Of a million pixels each; they meet, and none is missing or there twice."""
        image = Image.linear_gradient("L").resize((5000, 3000))
        if mode == "I;16":
            sixteen = image.convert("I").point(lambda value: value * 257).convert("I;16")
            made = render(written(sixteen))
        else:
            made = render(written(image.convert(mode)))
        seen, wanted = opened(made.large).convert("L"), image.resize((1200, 720))
        for row in range(720):
            assert abs(seen.getpixel((600, row)) - wanted.getpixel((600, row))) < 8, row


class TestKinds:
    @pytest.mark.parametrize(
        ("form", "mode", "seen"),
        [
            ("JPEG", "RGB", UPRIGHT),
            ("JPEG", "CMYK", UPRIGHT),
            ("PNG", "RGB", UPRIGHT),
            ("PNG", "RGBA", UPRIGHT),
            ("PNG", "P", UPRIGHT),
            ("WEBP", "RGB", UPRIGHT),
            ("WEBP", "RGBA", UPRIGHT),
        ],
    )
    def test_colours(self, form, mode, seen):
        assert corners(render(picture(form, mode=mode)).large) == seen

    def test_a_progressive_jpeg(self):
        assert corners(render(picture("JPEG", progressive=True)).large) == UPRIGHT

    def test_a_lossless_webp(self):
        assert corners(render(picture("WEBP", lossless=True)).large) == UPRIGHT

    @pytest.mark.parametrize(("form", "mode"), [("JPEG", "L"), ("PNG", "L"), ("PNG", "1")])
    def test_grey(self, form, mode):
        image = Image.linear_gradient("L").convert(mode)
        found = opened(render(written(image, form)).large).convert("L")
        assert found.getpixel((128, 0)) < 20
        assert found.getpixel((128, 255)) > 235

    def test_grey_of_sixteen_bits(self):
        rows = b"\0" + b"".join(value.to_bytes(2) for value in (0, 0x4000, 0x8000, 0xFFFF))
        found = opened(render(png(4, 1, bits=16, kind=0, rows=rows)).large).convert("L")
        for place, value in enumerate((0, 64, 128, 255)):
            assert abs(found.getpixel((place, 0)) - value) < 12

    def test_colours_of_sixteen_bits(self):
        rows = b"\0" + b"\xff\xff\0\0\0\0" * 4
        assert corners(render(png(4, 1, bits=16, rows=rows)).large) == ["red"] * 4

    def test_what_one_sees_through_stays_so(self):
        image = quarters().convert("RGBA")
        image.putpixel((0, 0), (1, 2, 3, 0))
        image.paste((9, 9, 9, 0), (20, 0, 40, 15))
        for form in ("PNG", "WEBP"):
            assert corners(render(written(image, form)).large)[1] == "none"

    def test_grey_that_one_sees_through(self):
        image = Image.new("LA", (40, 30), (255, 255))
        image.paste((0, 0), (0, 0, 20, 30))
        found = corners(render(written(image)).large)
        assert found == ["none", "white", "none", "white"]

    def test_a_palette_that_one_sees_through(self):
        image = quarters().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
        hidden = image.getpixel((0, 0))
        for how in (hidden, bytes(0 if n == hidden else 255 for n in range(4))):
            assert corners(render(written(image, transparency=how)).large) == ["none", *UPRIGHT[1:]]

    @pytest.mark.parametrize(
        ("bits", "row", "hidden"), [(1, b"\x0f", 0), (2, b"\x00\xff", 0), (4, b"\0\0\xff\xff", 0)]
    )
    def test_one_grey_that_one_sees_through(self, bits, row, hidden):
        width = len(row) * 8 // bits
        made = render(
            png(width, 1, chunk(b"tRNS", hidden.to_bytes(2)), bits=bits, kind=0, rows=b"\0" + row)
        )
        assert corners(made.large) == ["none", "white"] * 2

    def test_one_white_that_one_sees_through(self):
        """Its number is that of the depth: 3 of two bits is white."""
        made = render(png(4, 1, chunk(b"tRNS", b"\0\3"), bits=2, kind=0, rows=b"\0\x0f"))
        assert corners(made.large)[1] == "none"
        assert corners(made.large)[0] != "none"

    def test_one_colour_that_one_sees_through(self):
        rows = b"\0" + bytes(CORNERS["red"]) * 2 + bytes(CORNERS["green"]) * 2
        made = render(png(4, 1, chunk(b"tRNS", b"\0\xff\0\0\0\0"), rows=rows))
        assert corners(made.large) == ["none", "green"] * 2


class TestOrientation:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize("way", range(1, 9))
    def test_of_a_jpeg_is_heeded(self, way, order):
        file = with_segment(written(turned(way), "JPEG"), 0xE1, exif(way, order))
        made = render(file)
        assert (made.width, made.height) == (40, 30)
        assert corners(made.large) == UPRIGHT

    def test_of_a_png_too(self):
        file = with_chunk(written(turned(6)), chunk(b"eXIf", exif(6)[6:]))
        assert corners(render(file).large) == UPRIGHT

    def test_of_a_webp_too(self):
        assert corners(render(written(turned(6), "WEBP", exif=exif(6))).large) == UPRIGHT

    @pytest.mark.parametrize(
        "block",
        [
            b"Exif\0\0",
            b"Exif\0\0II*\0",
            b"Exif\0\0II*\0\xff\xff\xff\xff",
            b"Exif\0\0II*\0\x08\0\0\0\xff\xff",
            b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\0" * 600,
            exif(0),
            exif(9),
            exif(6).replace(b"\x12\x01\x03", b"\x12\x01\x04"),
        ],
    )
    def test_that_is_nonsense_is_none(self, block):
        assert corners(render(with_segment(picture("JPEG"), 0xE1, block)).large) == UPRIGHT


class TestProfiles:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_colours_are_made_srgbs(self, form):
        made = render(picture(form, icc_profile=swapping_profile()))
        assert corners(made.large) == ["green", "red", "blue", "white"]

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    @pytest.mark.parametrize("profile", [b"nonsense", swapping_profile()[:300]])
    def test_that_are_broken_change_nothing(self, form, profile):
        assert corners(render(picture(form, icc_profile=profile)).large) == UPRIGHT

    def test_of_other_colours_change_nothing(self):
        file = picture("JPEG", mode="L", icc_profile=swapping_profile())
        assert render(file).hash == render(picture("JPEG", mode="L")).hash

    def test_do_not_touch_what_one_sees_through(self):
        image = quarters().convert("RGBA")
        image.paste((255, 0, 0, 0), (0, 0, 20, 15))
        made = render(written(image, icc_profile=swapping_profile()))
        assert corners(made.large) == ["none", "red", "blue", "white"]


class TestWhatIsLeft:
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    def test_are_pixels_alone(self, form):
        file = picture(
            form, (1300, 900), exif=exif(1), icc_profile=swapping_profile(), xmp=b"<x:HOME/>"
        )
        made = render(file)
        for each in (made.small, made.medium, made.large):
            assert each[:4] + each[8:16] == b"RIFFWEBPVP8 "
            # Nothing stands behind the pixels.
            assert int.from_bytes(each[4:8], "little") + 8 == len(each)
            assert int.from_bytes(each[16:20], "little") + 20 in {len(each), len(each) - 1}
            assert b"HOME" not in each

    @pytest.mark.parametrize(
        "file",
        [
            with_segment(picture("JPEG", exif=exif(1), xmp=b"HOME"), 0xFE, b"\0HOME"),
            with_segment(picture("JPEG"), 0xE0, b"JFXX\0HOME"),
            with_chunk(picture(exif=exif(1)), chunk(b"tEXt", b"a\0HOME") + chunk(b"prVt", b"HOME")),
            picture("WEBP", exif=exif(1), xmp=b"HOME"),
        ],
    )
    def test_nothing_else_reaches_a_decoder(self, file):
        assert b"HOME" in file
        sifted = sift(file)
        assert b"HOME" not in sifted.data
        assert opened(sifted.data).size == (sifted.width, sifted.height)

    def test_further_pictures_of_a_camera_are_not(self):
        first, second = picture("JPEG"), picture("JPEG", mode="L")
        assert render(first + second).hash == render(first).hash

    def test_is_the_same_each_time(self):
        assert render(picture("JPEG")) == render(with_segment(picture("JPEG"), 0xFE, b"a comment"))

    def test_opaque_alpha_is_not(self):
        assert render(picture(mode="RGBA")).hash == render(picture()).hash


@given(st.data())
def test_whatever_the_bytes_it_is_a_picture_or_refused(data):
    form = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    how = {"JPEG": {"progressive": True}, "WEBP": {"lossless": True}}
    which = data.draw(st.sampled_from([{}, how.get(form, {})]))
    file = bytearray(picture(form, exif=exif(6), icc_profile=swapping_profile(), **which))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(file) - 1))
        file[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with suppress(Invalid):
        made = render(bytes(file))
        assert opened(made.large).size == (made.width, made.height)
