"""Wrong settings end a command as they end a server: with one sentence."""

import os
import subprocess
import sys

import pytest

from local.environments import ROOT
from tests.builders import rows


def test_one_sentence_and_no_traceback(database):
    variables = {
        **os.environ,
        "OGS_DATABASE__URL": database.app_url,
        "OGS_SHOP__CURRENCY": "JPY",
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "main", "verify"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "shop.currency (OGS_SHOP__CURRENCY)" in sentence


@pytest.mark.parametrize(
    "command", [["verify"], ["tidy"], ["demo"], ["open-series"], ["create-admin", "a@b.example"]]
)
def test_a_database_without_tables_says_what_to_run(run, fresh_database, command):
    rows(fresh_database, "DROP SCHEMA public CASCADE")
    rows(fresh_database, "CREATE SCHEMA public")
    rows(fresh_database, "GRANT USAGE ON SCHEMA public TO ogs_app")
    result = run(*command)
    assert result.exit_code == 1
    assert "run migrate" in result.output
    assert "Traceback" not in result.output
