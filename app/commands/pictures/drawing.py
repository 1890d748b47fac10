"""Pictures drawn of a text that says of what they are made: app/commands/demo/pictures.txt, which explains it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

EDGE = 400
"""Pixels of the square that a picture is drawn on."""

# Drawn larger and then reduced, so that its edges are smooth.
_FINER = 2
_PAPER = 100
_DISC, _SHADOW = (255, 0.45), (60, 0.14)
"""How much of which grey is in the disc that things stand in front of, and in their shadow."""


def drawn(path: Path) -> Iterator[tuple[list[str], bytes]]:
    """Yield each picture that the text in `path` describes: the names of what it is for, and its file, a PNG."""
    colours: dict[str, tuple[int, ...]] = {}
    names: list[str] = []
    image = _ground((0, 0, 0))
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split():
            case [] | ["#", *_]:
                continue
            case ["colour", name, value]:
                colours[name] = ImageColor.getrgb(value)
            case ["picture", *named, ground]:
                if names:
                    yield names, _file(image)
                names, image = named, _ground(colours[ground])
            case [kind, colour, *numbers]:
                _draw(ImageDraw.Draw(image), kind, colours[colour], list(map(float, numbers)))
    yield names, _file(image)


def _ground(colour: tuple[int, ...]) -> Image.Image:
    """Return an empty square of a colour, with a lighter disc on it and the shadow of what will stand there."""
    image = Image.new("RGB", (EDGE * _FINER, EDGE * _FINER), colour)
    draw = ImageDraw.Draw(image)
    _draw(draw, "oval", _mixed(colour, *_DISC), [6, 6, 94, 94])
    _draw(draw, "oval", _mixed(colour, *_SHADOW), [26, 80, 74, 90])
    return image


def _mixed(colour: tuple[int, ...], grey: int, share: float) -> tuple[int, ...]:
    return tuple(round(part + (grey - part) * share) for part in colour)


def _draw(
    draw: ImageDraw.ImageDraw, kind: str, colour: tuple[int, ...], numbers: list[float]
) -> None:
    """Draw a shape. Raises ValueError for one that is not known."""
    scale = EDGE * _FINER / _PAPER
    sizes = [number * scale for number in numbers]
    match kind:
        case "box":
            draw.rounded_rectangle(sizes[:4], sizes[4], fill=colour)
        case "oval":
            draw.ellipse(sizes, fill=colour)
        case "slice":
            start, end = numbers[4:]
            draw.pieslice(sizes[:4], start, end, fill=colour)
        case "shape":
            draw.polygon(sizes, fill=colour)
        case "line":
            width, *points = sizes
            draw.line(points, fill=colour, width=round(width), joint="curve")
            for x, y in zip(points[::2], points[1::2], strict=True):
                draw.circle((x, y), width / 2, fill=colour)
        case _:
            raise ValueError(f"{kind} is no shape")


def _file(image: Image.Image) -> bytes:
    into = BytesIO()
    image.reduce(_FINER).save(into, "PNG", compress_level=1)
    return into.getvalue()
