"""A picture made anew, from its pixels alone, in the sizes that are shown.

Needs Pillow, which nothing else imports.
"""

from io import BytesIO

from PIL import Image, ImageCms

from app.product.images import jpeg, png, webp
from app.product.images.renditions import LARGE, MEDIUM, SMALL, Renditions, hash_of
from app.product.images.sifted import Sifted, no_image

_QUALITY = 82
_BAND = 1 << 20
"""Pixels that are looked at together where all of them would be copied."""
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Sifted says first how many pixels there are, and stops at fewer than this would warn of.
Image.MAX_IMAGE_PIXELS = None


def render(data: bytes) -> Renditions:
    """Return a picture's renditions, of a file that is a JPEG, a PNG or a WebP by its content.

    Upright, in sRGB. Takes up to two seconds of one core, and 130 MiB: MOST_MEMORY for the pixels as they are in the file,
    as many bytes as the file has for what is needed of it, and 20 MiB for smaller copies and the encoder. Raises Invalid.
    """
    sifted = sift(data)
    try:
        picture = _upright(_in_srgb(_pixels(sifted), sifted.profile), sifted.orientation)
    except Exception as error:
        # Whatever a decoder stumbles over: OSError, ValueError, SyntaxError, EOFError …
        raise no_image(f"The {sifted.format} is damaged.") from error
    large = _within(picture, LARGE)
    medium = _within(large, MEDIUM)
    encoded = _encoded(large)
    return Renditions(
        hash=hash_of(encoded),
        small=_encoded(_within(medium, SMALL)),
        medium=encoded if medium is large else _encoded(medium),
        large=encoded,
        width=large.width,
        height=large.height,
    )


def sift(data: bytes) -> Sifted:
    """Return what is needed of a file. Raises Invalid for what is none of the three, or has too many pixels."""
    if data.startswith(jpeg.SIGNATURE):
        return jpeg.sift(data)
    if data.startswith(png.SIGNATURE):
        return png.sift(data)
    if webp.is_webp(data):
        return webp.sift(data)
    raise no_image("This is no JPEG, PNG or WebP image.")


def _pixels(sifted: Sifted) -> Image.Image:
    """Return the pixels, of at most twice the size of the large rendition, in a mode of _plain()."""
    with Image.open(BytesIO(sifted.data), formats=[sifted.format]) as image:
        if image.size != (sifted.width, sifted.height):
            raise no_image(f"The {sifted.format} is damaged.")
        # A JPEG is decoded at a half, a quarter or an eighth, where that is enough.
        image.draft(None, _fitted(image.size, LARGE))
        image.load()
        factor = max(image.size) // LARGE
        return _reduced(image, factor) if factor > 1 else _plain(image.copy())


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """Return one pixel for each square of `factor` by `factor`, without a copy of all of them."""
    rows = max(1, _BAND // image.width // factor) * factor
    bands = []
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        bands.append(_plain(image.crop((0, top, image.width, bottom))).reduce(factor))
    made = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    top = 0
    for band in bands:
        made.paste(band, (0, top))
        top += band.height
    return made


def _plain(image: Image.Image) -> Image.Image:
    """Return an image in L, RGB, RGBA or CMYK."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        # Sixteen bits of grey.
        return image.point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image in RGB or RGBA, its colours as sRGB has them."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    if profile:
        colours = _converted(colours, profile)
    colours = colours.convert("RGB")
    # Nothing is gained by saying of each pixel that it is opaque.
    if alpha and alpha.getextrema() != (255, 255):
        colours.putalpha(alpha)
    return colours


def _converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Return colours of a profile as sRGB; as they are if the profile is broken, or of other colours than these."""
    try:
        made = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        return image
    return made or image


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _within(image: Image.Image, edge: int) -> Image.Image:
    """Return an image whose longest edge is at most that long."""
    if max(image.size) <= edge:
        return image
    return image.resize(_fitted(image.size, edge), Image.Resampling.LANCZOS)


def _fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Return a size of the same proportions, the longest edge of that length."""
    width, height = size
    longest = max(size)
    return max(1, round(width * edge / longest)), max(1, round(height * edge / longest))


def _encoded(image: Image.Image) -> bytes:
    into = BytesIO()
    image.save(into, "WEBP", quality=_QUALITY, exif=b"", icc_profile=None, xmp=b"")
    return into.getvalue()
