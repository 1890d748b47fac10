"""examples/first_sale.py, against a shop with the demo's goods."""

import subprocess
import sys

import pytest

from local.environments import ROOT
from tests.support.servers import shop_server


@pytest.mark.parametrize("labels", ["281IIIIWWWWWC", ""])
def test_the_first_sale(run, fresh_database, tmp_path, labels):
    run("demo")
    with shop_server(
        fresh_database, tmp_path / "log", env={"OGS_SHOP__SCALE_LABELS": labels}
    ) as server:
        done = subprocess.run(
            [sys.executable, "examples/first_sale.py", server.url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Weighed: 1.250 kg of Bananas, loose for 2.24" in done.stdout
    assert "Yoghurt and quark, 3 for 2" in done.stdout
    assert "with 0.45 of Returnable bottle" in done.stdout
    assert run("verify").exit_code == 0
