"""Commands, run as `flask --app main …` would, on a database of the test's own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result

from tests.support.database import Database

Run = Callable[..., Result]


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
