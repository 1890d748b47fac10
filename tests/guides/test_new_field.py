"""docs/new-field.md, followed to the letter in a copy of the project."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local.environments import ROOT

GUIDE = ROOT / "docs" / "new-field.md"
BLOCK = re.compile(
    r"^```diff\n(?:---|\+\+\+) (?P<path>\S+)\n(?P<lines>.*?)^```$", re.MULTILINE | re.DOTALL
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = ".venv/bin/python "
# What the guide says will miss a step that is left out, and what the field is for.
TESTS = [
    "tests/product/products/test_aisle.py",
    "tests/product/products/test_products.py",
    "tests/models/test_schema.py::TestModels",
    "tests/models/test_schema.py::TestTheDatabase::test_has_looked_at_all_rows_for_each_of_its_rules",
    "tests/commands/sheets/test_kinds.py",
    "tests/commands/sheets/test_columns.py",
    "tests/core/database/test_migration_rule.py",
]
FOLDERS = ("app", "benchmarks", "conformance", "docs", "examples", "local", "tests")
FILES = ("main.py", "pyproject.toml", "config_dev.toml", ".squawk.toml", "CHANGELOG.md")


def hunks(lines: str) -> Iterator[tuple[str, str]]:
    """Yield what each hunk of a diff looks for, and what it puts there."""
    for hunk in re.split(r"^@@\n", lines, flags=re.MULTILINE):
        marked = hunk.splitlines(keepends=True)
        yield (
            "".join(line[1:] for line in marked if line[0] != "+"),
            "".join(line[1:] for line in marked if line[0] != "-"),
        )


def run(folder: Path, command: Sequence[str]) -> None:
    """Have this Python do a command in `folder`, which must succeed."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def follow(folder: Path) -> None:
    """Do in `folder` all that the guide says: the diffs, and then the commands."""
    guide = GUIDE.read_text(encoding="utf-8")
    for block in BLOCK.finditer(guide):
        path = folder / block["path"]
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for old, new in hunks(block["lines"]):
            assert text.count(old) == 1 or not path.exists(), (path, old)
            text = text.replace(old, new, 1) if old else new
        path.write_text(text, encoding="utf-8")
    for line in "".join(COMMANDS.findall(guide)).splitlines():
        assert line.startswith(PYTHON)
        run(folder, line.removeprefix(PYTHON).split())


@pytest.fixture
def project(tmp_path):
    """A copy of what the tests of a field need."""
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored, symlinks=True)
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def test_whoever_follows_it_has_a_field_that_all_tests_know(project):
    follow(project)
    for command in (
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["pytest", "-q", *TESTS],
    ):
        run(project, ["-m", *command])
