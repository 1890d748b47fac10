"""Wrong settings end a command as they end a server: with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
