"""What the servers' files in deploy/ say, held to each other, to the application's settings and to the sums."""

import configparser
import os
import re
import runpy
from pathlib import Path
from unittest import mock

import pytest

from app.core.settings import HttpSettings
from local.environments import ROOT
from local.servers import DEPLOY, SERVERS

WSGI = ["sync", "gthread", "gevent", "eventlet"]
LIMITS = ["WEB_CONCURRENCY", "THREADS", "DATABASE_CONNECTIONS", "OGS_DATABASE__POOL_SIZE"]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


@pytest.fixture
def load(tmp_path):
    """Read a file of deploy/ as its server does, with these variables; return what it says, and the pool's size."""

    def run(name, **variables):
        # The file sets variables too: all of them are as before in the end.
        with mock.patch.dict(os.environ, PROMETHEUS_MULTIPROC_DIR=str(tmp_path)):
            for variable in LIMITS:
                os.environ.pop(variable, None)
            os.environ.pop("PORT", None)
            os.environ.update(variables)
            said = runpy.run_path(str(DEPLOY / name))
            return said, int(os.environ.get("OGS_DATABASE__POOL_SIZE") or "0")

    return run


@pytest.mark.parametrize("worker", WSGI)
@pytest.mark.parametrize("connections", ["1", "7", "80", "5000"])
def test_all_processes_together_keep_within_the_databases_limit(load, worker, connections):
    most = {"WEB_CONCURRENCY": "3", "DATABASE_CONNECTIONS": connections}
    if connections == "1":
        with pytest.raises(ValueError, match="3 processes cannot share 1 connections"):
            load(f"gunicorn-{worker}.conf.py", **most)
        return
    said, pool = load(f"gunicorn-{worker}.conf.py", **most)
    assert (said["wsgi_app"], said["worker_class"], said["workers"]) == ("main:app", worker, 3)
    assert 1 <= pool <= int(connections) // 3


def test_a_thread_has_no_more_than_one_connection(load):
    assert load("gunicorn-sync.conf.py", WEB_CONCURRENCY="4")[1] == 1
    said, pool = load("gunicorn-gthread.conf.py", WEB_CONCURRENCY="4", THREADS="6")
    assert (said["threads"], pool) == (6, 6)
    assert load("gunicorn-gthread.conf.py", WEB_CONCURRENCY="4", THREADS="60")[1] == 20


@pytest.mark.parametrize("worker", WSGI)
def test_processes_follow_the_cores(load, worker):
    said, _ = load(f"gunicorn-{worker}.conf.py")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert said["workers"] == (2 * cores + 1 if worker == "sync" else cores)


def test_a_pool_that_is_set_stays(load):
    assert load("gunicorn-gthread.conf.py", OGS_DATABASE__POOL_SIZE="3")[1] == 3


def test_a_pool_that_the_settings_file_sets_stays_too(load, tmp_path):
    """A variable would win over the file, so there is none; not even that of the time before SIGHUP."""
    file = tmp_path / "shop.toml"
    summed = {"OGS_DATABASE__POOL_SIZE": "8", "SHOP_SUM_OF_CONNECTIONS": "8"}
    file.write_text("[database]\npool_size = 3\n")
    for before in ({}, summed):
        assert load("gunicorn-gthread.conf.py", OGS_CONFIG=str(file), **before)[1] == 0
    for text in ("[shop]\nname = 'x'\n", "database = 1\n", "no TOML"):
        file.write_text(text)
        assert load("gunicorn-gthread.conf.py", OGS_CONFIG=str(file), **summed, THREADS="4")[1] == 4
    assert load("gunicorn-gthread.conf.py", OGS_CONFIG="", THREADS="4")[1] == 4


@pytest.mark.parametrize("name", [f"gunicorn-{each}.conf.py" for each in (*WSGI, "asgi")])
def test_an_empty_variable_is_as_good_as_none(load, name):
    names = [*LIMITS, "PORT", "OGS_CONFIG"]
    said, pool = load(name, **dict.fromkeys(names, ""))
    expected, size = load(name)
    assert (said["workers"], said["bind"], pool) == (expected["workers"], expected["bind"], size)


@pytest.mark.parametrize("name", ["gunicorn.conf.py", "hypercorn.conf.py"])
def test_the_port_is_8000_unless_it_is_named(load, name):
    for variables, port in (({}, 8000), ({"PORT": ""}, 8000), ({"PORT": "8123"}, 8123)):
        assert f"0.0.0.0:{port}" in load(name, **variables)[0]["bind"]


def test_a_server_finds_its_own_programs_first_whoever_names_a_path(tmp_path):
    server = SERVERS["uwsgi"]
    path = server.environment(tmp_path, {"PATH": "/elsewhere", "WEB_CONCURRENCY": ""})["PATH"]
    assert path == f"{server.venv / 'bin'}{os.pathsep}/elsewhere"


def test_an_empty_number_of_processes_is_that_of_the_servers_own_variables(tmp_path):
    environment = SERVERS["uvicorn"].environment(tmp_path, {"WEB_CONCURRENCY": ""})
    assert environment["WEB_CONCURRENCY"] == "2"


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_a_number_that_is_none_is_named(load, value):
    with pytest.raises(ValueError, match="THREADS is"):
        load("gunicorn-gthread.conf.py", THREADS=value)


@pytest.mark.parametrize("name", ["gunicorn.conf.py", "gunicorn-asgi.conf.py"])
def test_asgi_workers_serve_the_asgi_application(load, name):
    assert load(name)[0]["wsgi_app"] == "main:asgi_app"


@pytest.mark.parametrize("worker", [*WSGI, "asgi"])
def test_no_worker_believes_a_clients_forwarding_headers(load, worker):
    """Gunicorn does by default, from loopback; what the application believes is its own setting."""
    said, _ = load(f"gunicorn-{worker}.conf.py")
    assert (said["secure_scheme_headers"], said["forwarder_headers"]) == ({}, "")


def test_uwsgi_serves_the_application_and_ends_as_it_should():
    parser = configparser.RawConfigParser(strict=False)
    parser.read(DEPLOY / "uwsgi.ini", encoding="utf-8")
    said = parser["uwsgi"]
    assert said["module"] == "main:app"
    for name in ("strict", "master", "lazy-apps", "need-app", "enable-threads", "die-on-term"):
        assert said[name] == "true", name
    assert (ROOT / said["import"]).is_file()
    bounds = HttpSettings.model_fields["max_body_bytes"].metadata
    (most,) = (bound.le for bound in bounds if hasattr(bound, "le"))
    assert int(said["chunked-input-limit"]) > most


def test_apache_leaves_the_limit_of_bodies_to_the_application_and_explains_its_variables():
    text = (DEPLOY / "apache" / "shop.conf").read_text(encoding="utf-8")
    limit = re.search(r"^\s*LimitRequestBody (\d+)$", text, re.MULTILINE)
    assert limit
    assert int(limit[1]) == 0  # none: the application's own holds, and its answer is a problem+json
    named = set(re.findall(r"\$\{(\w+)\}", text))
    explained = set(re.findall(r"^(?:#|<IfDefine .*|\s*)\s*Define (\w+) ", text, re.MULTILINE))
    assert named == explained


def test_nothing_names_a_folder_of_this_computer():
    for path in [*DEPLOY.glob("*.*"), *(DEPLOY / "apache").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text, path
        assert "/home/" not in text, path


@pytest.mark.parametrize(
    "path", sorted((DEPLOY / "requirements").glob("*.txt")), ids=lambda p: p.stem
)
def test_what_a_server_adds_fits_the_shops_own_versions(path):
    """Both files go into one environment. Only eventlet takes back a version, Gunicorn's."""
    shop = dict(PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    added = dict(PINNED.findall(path.read_text(encoding="utf-8")))
    different = {name for name in shop.keys() & added.keys() if shop[name] != added[name]}
    assert different == ({"gunicorn"} if path.stem == "eventlet" else set())
    assert path.read_text(encoding="utf-8").count("--hash=sha256:") >= len(added)


def test_every_requirements_file_belongs_to_a_server():
    used = {server.requirements for server in SERVERS.values() if server.requirements}
    assert used == {path.name for path in (DEPLOY / "requirements").glob("*.txt")}
    assert used == {f"{path.stem}.txt" for path in (DEPLOY / "requirements").glob("*.in")}


@pytest.mark.parametrize("server", SERVERS.values(), ids=lambda server: server.name)
def test_every_server_serves_the_one_module_and_is_described(server, tmp_path):
    command = " ".join(server.command(8123, tmp_path))
    files = [Path(word) for word in re.findall(r"(?:deploy|/)[\w./-]+\.(?:py|ini|conf)\b", command)]
    texts = [(ROOT / file).read_text(encoding="utf-8") for file in files]
    texts += (
        [(DEPLOY / "apache" / "shop.wsgi").read_text(encoding="utf-8")] if server.packages else []
    )
    words = "\n".join([command, *texts])
    assert re.search(
        r"\bmain:(?:asgi_)?app\b|from main import app\b|gunicorn(?:-wsgi|-gevent)?\.conf\.py", words
    )
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert f"`make serve-{server.name}`" in page
