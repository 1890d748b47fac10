"""The project's Python files, parsed, and which of them are the app, its features, its rooms."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.environments import ROOT

ROOMS = ("routes", "schemas", "service", "repository")


@dataclass(frozen=True)
class Module:
    """One Python file of the project, parsed."""

    path: Path

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts)

    @property
    def package(self) -> str:
        """`orders` for app/orders/checkout/service.py; the empty string outside of a package of the app."""
        parts = self.path.relative_to(ROOT).parts
        return parts[1] if parts[0] == "app" and len(parts) > 2 else ""

    @property
    def room(self) -> str:
        """`service` for service.py; the empty string for other modules."""
        return room_of(self.path.stem)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(parsed(self.path))

    def imports(self) -> Iterator[str]:
        """Every module, or name in a module, that this one imports."""
        for node in self.nodes():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in self.nodes():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def at(self, node: ast.stmt | ast.expr) -> str:
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(stem: str) -> str:
    return stem if stem in ROOMS else ""


def modules(*folders: str) -> list[Module]:
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [Module(path) for path in sorted(files)]


PRODUCTION = [*modules("app", "local", "deploy", "examples"), Module(ROOT / "main.py")]
EVERYTHING = [*PRODUCTION, *modules("tests", "benchmarks", "conformance")]
APP = modules("app")
FEATURES = [module for module in APP if module.package not in {"", "commands", "core", "models"}]


def starts_with(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)
