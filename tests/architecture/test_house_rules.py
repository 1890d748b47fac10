"""The house rules that a machine can check and that neither ruff nor import-linter can say."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from local.environments import ROOT
from tests.architecture.modules import APP, EVERYTHING, FEATURES

# An exemption has to say why, after a dash or in parentheses.
EXEMPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|mypy:|ruff:)(?P<rest>.*)")
REASON = re.compile(r"(?:\s-|\(|\s#)\s*\w")
# Split, so that this file passes its own test.
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b")
TEXT = {".cfg", ".conf", ".csv", ".in", ".ini", ".md", ".py", ".sql", ".toml", ".yaml", ".yml"}


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
    def test_each_feature_has_its_tests(self):
        features = [module.path.parent for module in FEATURES if module.room == "routes"]
        assert not [
            str(folder)
            for folder in features
            if not list((ROOT / "tests" / folder.relative_to(ROOT / "app")).glob("test_*.py"))
        ]

    def test_locked_requirements_name_no_host(self):
        for name in ("requirements.txt", "requirements-dev.txt"):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not re.findall(
                r"^\s*-.*(?:index|find-links|trusted-host).*$|\w+://", text, re.MULTILINE
            )
