"""Draws the house from the code: `python -m tests.architecture.figure` writes docs/house.svg.

What lies above what is import-linter's contract; who needs whom among the features is what they import.
"""

import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import grimp

from local.environments import ROOT

FILE = ROOT / "docs" / "house.svg"

WIDTH, GAP, PAD = 1000, 10, 12
LINE, TITLE, LETTER = 16, 20, 6.2
# No fonts or colours but such as every viewer has; both are readable on white and on black.
STYLE = """
    text { font: 12px sans-serif; fill: #222 } .t { font-weight: bold } .s { fill: #666; font-size: 11px }
    rect { fill: #fff; stroke: #888 } .g { fill: #f0f4ee } .c { fill: #eef1f6 } .bg { fill: #fafafa; stroke: none }
    path { fill: none; stroke: #b0532e; stroke-width: 1.5 }
"""


@dataclass
class Box:
    """A package: its name, its parts and its modules, and where it is drawn."""

    name: str
    kind: str
    parts: list[str]
    modules: list[str]
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def lines(self) -> list[str]:
        """Each part, and the modules' names, as many as go into a line."""
        across = int((self.width - 2 * PAD) / LETTER)
        return [*self.parts, *textwrap.wrap(", ".join(self.modules), across)]

    def draw(self) -> Iterator[str]:
        yield (
            f'<rect class="{self.kind}" x="{self.x:g}" y="{self.y:g}" width="{self.width:g}"'
            f' height="{self.height:g}" rx="4"/>'
        )
        yield _text(self.x + PAD, self.y + TITLE, self.name, "t")
        for number, line in enumerate(self.lines, 1):
            yield _text(self.x + PAD, self.y + TITLE + number * LINE, line, "s")


def layers(container: str) -> list[list[str]]:
    """Return the layers of a contract, the highest first, each with the names that lie side by side in it."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in config["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == [container]:
            return [[name.strip() for name in layer.split(":")] for layer in contract["layers"]]
    raise LookupError(container)


def box_of(package: str, kind: str) -> Box:
    """Return the box of a package, or of a module, by its dotted name."""
    folder = ROOT / package.replace(".", "/")
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    parts = [
        f"{path.name}/" for path in inside if any(path.glob("*.py")) or any(path.glob("*.sql"))
    ]
    modules = [path.stem for path in inside if path.suffix == ".py" and path.stem != "__init__"]
    texts = [path.name for path in inside if path.suffix == ".sql"]
    return Box(package.replace(".", "/"), kind, parts, [*modules, *texts])


def _row(boxes: list[Box], y: float) -> float:
    """Lay boxes side by side from `y` on, and return where the next row begins."""
    width = (WIDTH - 2 * PAD - GAP * (len(boxes) - 1)) / len(boxes)
    for place, box in enumerate(boxes):
        box.x, box.y, box.width = PAD + place * (width + GAP), y, width
    height = TITLE + PAD + LINE * max(len(box.lines) for box in boxes)
    for box in boxes:
        box.height = height
    return y + height + GAP


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(text)}</text>'


def _arrow(lower: Box, upper: Box) -> str:
    """An arc below two boxes of a row, from who imports to who is imported."""
    begin, end = upper.x + upper.width / 2, lower.x + lower.width / 2
    y = upper.y + upper.height
    deep = y + 10 + abs(begin - end) / 14
    return f'<path marker-end="url(#a)" d="M{begin:g} {y:g} C{begin:g} {deep:g} {end:g} {deep:g} {end:g} {y + 3:g}"/>'


def needed(features: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of features of which the first imports from the second."""
    graph = grimp.build_graph("app")
    found = {
        (one.split(".")[1], other.split(".")[1])
        for one in graph.modules
        for other in graph.find_modules_directly_imported_by(one)
        if one.count(".") and other.count(".")
    }
    among = set(features)
    return sorted((a, b) for a, b in found if a != b and {a, b} <= among)


def draw() -> str:
    """Return the figure as SVG."""
    y = float(PAD)
    drawn: list[str] = []
    for layer in [row for row in layers("app") if row != ["core"]]:
        boxes = [box_of(f"app.{name}", "g") for name in layer]
        y = _row(boxes, y)
        by_name = dict(zip(layer, boxes, strict=True))
        arrows = [_arrow(by_name[b], by_name[a]) for a, b in needed(layer)]
        for box in boxes:
            drawn += box.draw()
        drawn += arrows
        y += 40 * bool(arrows)
    for layer in layers("app.core"):
        boxes = [box_of(f"app.core.{name}", "c") for name in layer]
        y = _row(boxes, y)
        for box in boxes:
            drawn += box.draw()
    height = y + PAD - GAP
    head = '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img">',
            "<title>The packages of app/, from the highest layer to the lowest: each imports from those below it</title>",
            f"<style>{STYLE}</style>",
            f'<defs>{head}<path d="M0 0 L8 4 L0 8 z" style="fill:#b0532e"/></marker></defs>',
            f'<rect class="bg" width="{WIDTH}" height="{height:g}"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def main(file: Path = FILE) -> None:
    """Write the figure."""
    file.write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main()
