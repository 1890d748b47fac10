"""Reads NGINX's configuration files: no NGINX is needed to ask what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_TOKEN = re.compile(
    r"""\s+ | \#[^\n]* | ("(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [{};] | [^\s{};]+)""", re.VERBOSE
)


@dataclass
class Directive:
    """One directive: its words without quotes, and what stands in its block."""

    name: str
    words: list[str]
    block: list["Directive"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All words in one, as adjacent quoted pieces are in a log format."""
        return "".join(self.words)

    def all(self, name: str) -> list["Directive"]:
        """Return the directives of that name in this block, at any depth."""
        return [each for each in walk(self.block) if each.name == name]


def walk(directives: list[Directive]) -> Iterator[Directive]:
    """Yield all of them, with what is in their blocks."""
    for each in directives:
        yield each
        yield from walk(each.block)


def read(path: Path, root: Path) -> Directive:
    """Return the file as one block, with the files below `root` that it includes in their places."""
    tokens = [token for token in _TOKEN.findall(path.read_text(encoding="utf-8")) if token]
    return Directive(str(path), [], _block(iter(tokens), root))


def _block(tokens: Iterator[str], root: Path) -> list[Directive]:
    found: list[Directive] = []
    words: list[str] = []
    for token in tokens:
        if token == "}":
            break
        if token not in {";", "{"}:
            words.append(token[1:-1] if token[0] in "\"'" else token)
            continue
        block = _block(tokens, root) if token == "{" else []
        if words[0] == "include" and "*" not in words[1]:
            found += read(root / words[1], root).block
        else:
            found.append(Directive(words[0], words[1:], block))
        words = []
    return found


def seconds(text: str) -> float:
    """Return a time like 500ms, 35s or 1d in seconds."""
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)?", text).groups()  # type: ignore[union-attr]  # fails as it should
    return int(number) * {"ms": 0.001, "s": 1, None: 1, "m": 60, "h": 3600, "d": 86_400}[unit]
