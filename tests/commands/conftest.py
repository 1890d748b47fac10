"""Commands, run as `flask --app main …` would, on a database of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.support.database import Database

Run = Callable[..., Result]
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def run(fresh_database: Database, make_settings: Callable[..., Any]) -> Iterator[Run]:
    """Call a command: `run("verify")`; its exit code and what it printed are in the result."""
    from app.factory import create_app

    app = create_app(make_settings(fresh_database))
    runner = app.test_cli_runner()

    def call(*arguments: str, stdin: str | None = None) -> Result:
        return runner.invoke(args=list(map(str, arguments)), input=stdin)

    yield call
    app.portal.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path: `write("p.csv", "code,name\\n")`."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def catalogue(run: Run, write: Write) -> None:
    """A shop with the brand `farm` and the categories `food` and, below it, `dairy`."""
    for kind, content in (
        ("brands", "code,name\nfarm,Höfgut\n"),
        ("categories", "code,name,parent\nfood,Food,\ndairy,Dairy,food\n"),
    ):
        result = run("import", kind, write(f"{kind}.csv", content))
        assert result.exit_code == 0, result.output
