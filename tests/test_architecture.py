"""The house rules that a machine can check and that neither ruff nor import-linter can say."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
# "About 300": one more short function is no reason to tear a file apart.
LONGEST_FILE = 320
# Without the docstring, which is for its readers and as long as they need it.
LONGEST_FUNCTION = 40
LONGEST_VIEW = 10
# "About ten" modules, its __init__ not counted: what has more is two things.
FULLEST_FOLDER = 13
# An exemption has to say why, after a dash or in parentheses.
EXEMPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|mypy:|ruff:)(?P<rest>.*)")
REASON = re.compile(r"(?:\s-|\(|\s#)\s*\w")
ROOMS = ("routes", "schemas", "service", "repository")
# What each room must not import: its own layer's neighbours upstairs, and other layers' tools.
CLOSED = {
    "routes": {"app.models", "app.core.database", "peewee", "psycopg2"},
    "schemas": {"app.models", "app.core.database", "peewee", "flask"},
    "service": {"flask", "apiflask", "peewee", "psycopg2"},
    "repository": {"flask", "apiflask"},
}
ABOVE = {
    "routes": set(),
    "schemas": {"routes", "service", "repository"},
    "service": {"routes"},
    "repository": {"routes", "service"},
}
# Split, so that this file passes its own test.
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b")
TEXT = {".cfg", ".conf", ".csv", ".in", ".ini", ".md", ".py", ".sql", ".toml", ".yaml", ".yml"}


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


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, first: int) -> int:
    """Lines from `first` to the function's end, its docstring not counted."""
    lines = (function.end_lineno or first) - first + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


class TestSizes:
    def test_no_file_is_too_long(self):
        long = {
            module.name: lines
            for module in EVERYTHING
            if (lines := len(module.path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
        }
        assert not long

    def test_no_function_is_too_long(self):
        long = {
            f"{module.at(function)} {function.name}": lines
            for module in EVERYTHING
            for function in module.functions()
            if (lines := body_lines(function, function.lineno)) > LONGEST_FUNCTION
        }
        assert not long

    def test_views_parse_call_and_render(self):
        long = {
            f"{module.at(function)} {function.name}": lines
            for module in APP
            if module.room == "routes"
            for function in module.functions()
            if function.decorator_list
            and (lines := body_lines(function, function.body[0].lineno)) > LONGEST_VIEW
        }
        assert not long

    def test_no_folder_is_too_full(self):
        folders = Counter(
            str(module.path.parent.relative_to(ROOT))
            for module in APP
            if module.path.name != "__init__.py"
        )
        assert not {name: many for name, many in folders.items() if many > FULLEST_FOLDER}


class TestRooms:
    def test_rooms_import_nothing_of_another_layer(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in FEATURES
            for name in module.imports()
            if starts_with(name, CLOSED.get(module.room, set()))
        ]
        assert not wrong

    def test_rooms_import_only_from_below(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in FEATURES
            for name in module.imports()
            if {room_of(part) for part in name.split(".")} & ABOVE.get(module.room, set())
        ]
        assert not wrong

    def test_features_keep_their_routes_and_repositories_to_themselves(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in APP
            if module.package
            for name in module.imports()
            if starts_with(name, {"app"})
            and {room_of(part) for part in name.split(".")} & {"routes", "repository"}
            and name.split(".")[1] != module.package
        ]
        assert not wrong

    def test_only_services_open_transactions(self):
        wrong = [
            module.at(node)
            for module in FEATURES
            if module.room in {"routes", "schemas", "repository"}
            for node in module.nodes()
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"transaction", "atomic", "aio_atomic"}
        ]
        assert not wrong

    def test_routes_catch_nothing(self):
        wrong = [
            module.at(node)
            for module in APP
            if module.room == "routes"
            for node in module.nodes()
            if isinstance(node, ast.Try | ast.TryStar)
        ]
        assert not wrong

    def test_repositories_catch_only_what_they_name(self):
        wrong = [
            module.at(node.body[0])
            for module in APP
            if module.room == "repository"
            for node in module.nodes()
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or "Exception" in ast.unparse(node.type).split("."))
        ]
        assert not wrong

    def test_only_create_app_wires(self):
        wrong = [
            module.at(node)
            for module in FEATURES
            for node in module.nodes()
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "provide"
        ]
        assert not wrong


class TestWings:
    def test_what_a_wing_hands_out_is_taken_from_it(self):
        """Else there are two ways to import one name. Within the core modules are named: a wing cannot use its own door."""
        handed_out = {
            name
            for module in modules("app/core")
            if module.path.name == "__init__.py"
            for name in module.imports()
        }
        wrong = [
            f"{module.name} imports {name}"
            for module in EVERYTHING
            if not module.name.startswith("app.core.")
            for name in module.imports()
            if name in handed_out
        ]
        assert not wrong


class TestConcurrency:
    def test_peewee_never_runs_synchronously(self):
        wrong = [
            module.at(node)
            for module in APP
            for node in module.nodes()
            if isinstance(node, ast.Attribute) and node.attr in {"allow_sync", "set_allow_sync"}
        ]
        assert not wrong

    def test_nothing_is_gathered_in_features(self):
        """A task started inside a transaction would share its connection."""
        wrong = [
            module.at(node)
            for module in FEATURES
            for node in module.nodes()
            if isinstance(node, ast.Attribute)
            and node.attr in {"gather", "create_task", "TaskGroup", "ensure_future"}
        ]
        assert not wrong

    def test_foreign_keys_load_nothing_by_themselves(self):
        wrong = [
            module.at(node)
            for module in APP
            for node in module.nodes()
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("ForeignKeyField")
            and not any(
                word.arg == "lazy_load" and ast.unparse(word.value) == "False"
                for word in node.keywords
            )
        ]
        assert not wrong


def texts() -> Iterator[Path]:
    """Every file that people wrote, by its ending."""
    folders = [
        "app",
        "benchmarks",
        "conformance",
        "deploy",
        "docs",
        "examples",
        "local",
        "tests",
        ".ci",
    ]
    inside = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    for path in (*inside, *ROOT.iterdir()):
        if path.is_file() and (path.suffix in TEXT or path.name in {"Makefile", "Dockerfile"}):
            yield path


class TestWords:
    def test_nothing_is_left_for_later(self):
        assert not [path for path in texts() if LATER.search(path.read_text(encoding="utf-8"))]

    def test_each_exemption_says_why(self):
        wrong = [
            f"{module.path.relative_to(ROOT)}:{number}"
            for module in EVERYTHING
            for number, line in enumerate(module.path.read_text("utf-8").splitlines(), 1)
            if (found := EXEMPTION.search(line)) and not REASON.search(found["rest"])
        ]
        assert not wrong


class TestFiles:
    def test_each_migration_can_be_rolled_back(self):
        folder = ROOT / "app" / "migrations"
        names = {path.name for path in folder.glob("*.sql")}
        forward = {name for name in names if not name.endswith(".rollback.sql")}
        assert names - forward == {name.replace(".sql", ".rollback.sql") for name in forward}

    def test_each_feature_has_its_tests(self):
        packages = {module.package for module in FEATURES if module.room == "routes"}
        assert not [
            name for name in packages if not list((ROOT / "tests" / name).glob("test_*.py"))
        ]

    def test_locked_requirements_name_no_host(self):
        for name in ("requirements.txt", "requirements-dev.txt"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not re.findall(
                r"^\s*-.*(?:index|find-links|trusted-host).*$|\w+://", text, re.MULTILINE
            )
