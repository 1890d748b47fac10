"""What is wrong with a file, said so that who made it can mend it: each value quoted, equal faults in one sentence."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST_LINES = 5
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on which line; 0 is the file as a whole.

    A fault of a cell names its `column`, and the `value` where it has one: `says` goes on behind them. Otherwise `says`
    is the sentence, without its end.
    """

    line: int
    says: str
    column: str = ""
    value: object = None

    @property
    def sentence(self) -> str:
        """The whole of it, without its end and its line."""
        value = "" if self.value is None else f"{quoted(self.value)} "
        return f"{self.column} {value}{self.says}" if self.column else self.says


class SheetError(Exception):
    """A file that cannot be taken; `faults` says why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(self.sentences()))

    def sentences(self) -> list[str]:
        """Return one sentence for all lines that have a fault in common, in the order of the file."""
        lines: dict[str, list[int]] = defaultdict(list)
        for fault in sorted(self.faults, key=lambda fault: fault.line):
            lines[fault.sentence].append(fault.line)
        return [
            f"{sentence}." if found == [0] else f"{sentence}: {on_lines(found)}."
            for sentence, found in lines.items()
        ]


def one_fault(sentence: str, line: int = 0) -> SheetError:
    """Return the error of a file that can be read no further."""
    return SheetError([Fault(line, sentence)])


def on_lines(lines: Sequence[int]) -> str:
    """Return some lines in words, of many only the first."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    if len(lines) > _MOST_LINES:
        return f"line {lines[0]} and {len(lines) - 1} more"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"


def quoted(value: object) -> str:
    """Return a value in quotes, shortened, on one line."""
    text = str(value)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f"'{shown}'"
