"""The report's plot: requests/s of each contestant under each load, and what grows with the shop.

matplotlib is in the benchmarks' virtual environment alone; what is to be drawn is worked out without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring.figures import LOADS, OURS, PEERS, Results, Spread, cost, of, sizes, slots
from benchmarks.measuring.targets import SCALED

COLUMNS = 3
OUR_COLOUR, PEER_COLOUR = "#1b7f5c", "#b9c0c7"
NAMES = {OURS: "this shop", **{peer: f"({peer})" for peer in PEERS}}


@dataclass(frozen=True)
class Bars:
    """One panel: a bar for each contestant, first ours."""

    title: str
    bars: tuple[tuple[str, Spread], ...]


@dataclass(frozen=True)
class Lines:
    """One panel: for each name, figures over what grows; `logarithmic` says how that is spaced."""

    title: str
    below: str
    lines: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...]
    logarithmic: bool


Panel = Bars | Lines


def panels(results: Results) -> list[Panel]:
    """Return what there is to draw of these results, in order."""
    return [*_loads(results), *_scales(results), *_soak(results)]


def _loads(results: Results) -> Iterator[Bars]:
    for load in LOADS:
        found = ((who, of(slots(results, load, who, 32, 1), "rps")) for who in (OURS, *PEERS))
        bars = tuple((NAMES[who], reached) for who, reached in found if reached)
        if bars:
            yield Bars(f"{load}, requests/s", bars)


def _scales(results: Results) -> Iterator[Lines]:
    for by, loads in (("products", SCALED), ("purchases", ("checkout",))):
        found = ((load, sizes(results, load, by)) for load in loads)
        lines = tuple(
            (load, tuple(float(e[by]) for e in entries), tuple(cost(e) for e in entries))
            for load, entries in found
            if entries
        )
        if lines:
            yield Lines("CPU µs a request", by, lines, logarithmic=True)


def _soak(results: Results) -> Iterator[Lines]:
    samples = results.get("soak", {}).get("samples", ())
    names = [name for name in (samples[0] if samples else ()) if name.startswith("worker_rss_mb")]
    minutes = tuple(sample["seconds"] / 60 for sample in samples)
    lines = tuple(
        (f"worker {name.rsplit('_', maxsplit=1)[-1]}", minutes, tuple(s[name] for s in samples))
        for name in names
    )
    if lines:
        yield Lines("RSS in the soak, MiB", "minutes", lines, logarithmic=False)


def draw(results: Results, path: Path) -> None:
    """Write the plot as SVG; the same results make the same file, byte for byte. Needs matplotlib."""
    import matplotlib as mpl  # noqa: PLC0415 - not where the tests run

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.size": 8})
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    shown = panels(results)
    rows = max(1, -(-len(shown) // COLUMNS))
    figure = Figure(figsize=(3.4 * COLUMNS, 1.9 * rows), layout="constrained", facecolor="white")
    places = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
    for place, panel in zip(places, shown, strict=False):
        _bars(place, panel) if isinstance(panel, Bars) else _lines(place, panel)
    for place in places[len(shown) :]:
        place.set_axis_off()
    figure.savefig(path, format="svg", metadata={"Date": None})


def _plain(place: Any, title: str) -> None:
    place.set_title(title, loc="left", fontweight="bold")
    place.spines[["top", "right"]].set_visible(False)


def _bars(place: Any, panel: Bars) -> None:
    _plain(place, panel.title)
    found = [reached for _, reached in panel.bars]
    medians = [reached.median for reached in found]
    edges = [
        [reached.median - reached.least for reached in found],
        [reached.most - reached.median for reached in found],
    ]
    colours = [OUR_COLOUR if name == NAMES[OURS] else PEER_COLOUR for name, _ in panel.bars]
    places = range(len(found))
    place.barh(places, medians, xerr=edges, color=colours, ecolor="#444444", height=0.7)
    place.set_yticks(places, [name for name, _ in panel.bars])
    place.invert_yaxis()
    most = max(reached.most for reached in found)
    for row, reached in zip(places, found, strict=True):
        place.text(reached.most + most * 0.02, row, f"{reached.median:,.0f}", va="center")
    place.set_xlim(0, most * 1.25)


def _lines(place: Any, panel: Lines) -> None:
    _plain(place, panel.title)
    for name, across, up in panel.lines:
        place.plot(across, up, label=name, marker="o" if panel.logarithmic else None, markersize=3)
    if panel.logarithmic:
        place.set_xscale("log")
    place.set_ylim(bottom=0, top=_roof(panel.lines))
    place.set_xlabel(panel.below)
    place.legend(frameon=False, fontsize=7)


def _roof(lines: Sequence[tuple[str, tuple[float, ...], tuple[float, ...]]]) -> float:
    """Leave room for the legend above the highest line."""
    return 1.4 * max(max(up) for _, _, up in lines)
