"""`make run`, as a person meets it: it opens, it says where, and it leaves nothing behind."""

import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest

from local.environments import ROOT
from local.postgres import Postgres
from tests.builders import value
from tests.support.folders import short_folder
from tests.support.runs import SECONDS, environment, started


@pytest.fixture(scope="module")
def folder():
    """One shop's data for all tests here: the second start is the usual one."""
    with short_folder() as made:
        yield made


def assert_nothing_runs(folder, address):
    assert not Postgres(folder / "postgres").is_running()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


class TestRun:
    def test_opens_the_demo_shop_and_closes_it(self, folder):
        with started([sys.executable, "-m", "local.run"], folder) as (process, address, said):
            assert httpx.get(f"{address}/api/v1/products", trust_env=False).json()["items"]
            assert "admin" in said
            assert (folder / "demo-logins.txt").stat().st_mode & 0o777 == 0o600
            server = Postgres(folder / "postgres")
            assert server.is_running()
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
        assert process.returncode == 0
        assert not psutil.wait_procs(children, timeout=SECONDS)[1]
        assert_nothing_runs(folder, address)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
    def test_ends_with_the_make_that_started_it(self, folder, tmp_path, number):
        """A signal that make alone gets: from a terminal, the whole group would."""
        rules = tmp_path / "Makefile"
        rules.write_text(f"run:\n\t@{sys.executable} -m local.run\n")
        command = ["make", "-f", str(rules), "run"]
        with started(command, folder) as (process, address, _):
            process.send_signal(number)
        assert_nothing_runs(folder, address)

    def test_ends_when_the_web_server_does(self, folder):
        with started([sys.executable, "-m", "local.run"], folder) as (process, address, _):
            (web,) = psutil.Process(process.pid).children()
            web.kill()
        assert process.returncode == 1
        assert_nothing_runs(folder, address)

    def test_uses_the_database_it_is_given(self, folder, fresh_database):
        given = {
            "OGS_DATABASE__URL": fresh_database.app_url,
            "OGS_DATABASE__OWNER_URL": fresh_database.owner_url,
        }
        empty = folder / "unused"
        with started([sys.executable, "-m", "local.run"], empty, **given) as (
            process,
            address,
            said,
        ):
            assert httpx.get(f"{address}/api/v1/products", trust_env=False).json()["items"]
            process.send_signal(signal.SIGTERM)
        assert process.returncode == 0
        assert "clerk@demo.example" in said
        # Neither a database nor the logins of somebody else's.
        assert not empty.exists()

    def test_uses_the_database_that_a_secret_names(self, folder, tmp_path, fresh_database):
        for name in ("url", "owner_url"):
            url = getattr(fresh_database, name if name == "owner_url" else "app_url")
            (tmp_path / f"database__{name}").write_text(url)
        empty = folder / "unused"
        secrets = {"OGS_SECRETS_DIR": str(tmp_path)}
        with started([sys.executable, "-m", "local.run"], empty, **secrets) as (process, _, _):
            process.send_signal(signal.SIGTERM)
        assert not empty.exists()
        assert value(fresh_database, "SELECT count(*) FROM product") >= 150


class TestRefusals:
    def refusal(self, folder, **more):
        done = subprocess.run(
            [sys.executable, "-m", "local.run"],
            cwd=ROOT,
            env=environment(folder, **more),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        return done.stderr

    def test_a_port_in_use(self, tmp_path):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert f"Port {port} cannot be used" in self.refusal(tmp_path, PORT=str(port))
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("port", ["", "eighty", "-1", "65536", "٣"])
    def test_a_port_that_is_none(self, tmp_path, port):
        assert "PORT is" in self.refusal(tmp_path, PORT=port)

    def test_a_database_that_is_away(self, tmp_path):
        away = "postgresql://ogs_app@127.0.0.1:1/grocery"
        said = self.refusal(tmp_path, OGS_DATABASE__URL=away)
        assert said.startswith("The shop's database cannot be read: ")

    def test_wrong_settings_before_anything_is_started(self, tmp_path):
        assert "OGS_SHOP__CURRENCY" in self.refusal(tmp_path, OGS_SHOP__CURRENCY="JPY")
        assert not (tmp_path / "postgres").exists()

    def test_a_url_that_is_none_without_showing_its_password(self, tmp_path):
        said = self.refusal(tmp_path, OGS_DATABASE__URL="postgres//u:hunter2@h/db")
        assert "OGS_DATABASE__URL" in said
        assert "hunter2" not in said

    def test_data_of_another_major_version(self, tmp_path):
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
        assert "made by PostgreSQL 9" in self.refusal(tmp_path)


class TestCommand:
    def test_verify_starts_the_database_and_stops_it_again(self, folder):
        with started([sys.executable, "-m", "local.run"], folder) as (process, _, _):
            process.send_signal(signal.SIGTERM)
        done = subprocess.run(
            [sys.executable, "-m", "local.command", "verify"],
            cwd=ROOT,
            env=environment(folder),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "consistent" in done.stdout
        assert not Postgres(folder / "postgres").is_running()
