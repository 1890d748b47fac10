"""The image: what its Dockerfile says, held to the application, and its little programs at work."""

import http.server
import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from local.environments import ROOT
from tests.support.containers import (
    final_stage,
    image_environment,
    instructions,
    is_let_through,
    the,
    unknown_settings,
)

PROGRAMS = ROOT / "deploy" / "container"
DOCKER_STOPS_AFTER = 10


def text_of(name):
    return [each.text for each in instructions() if each.name == name]


class TestDockerfile:
    def test_its_python_is_the_projects_in_both_stages(self):
        images = [text.split(" AS ")[0] for text in text_of("FROM")]
        assert set(images) == {"docker.io/library/python:3.11-slim"}
        assert 'python_version = "3.11"' in (ROOT / "pyproject.toml").read_text("utf-8")

    def test_it_installs_what_is_locked_and_nothing_else(self):
        installs = [text for text in text_of("RUN") if "install " in text.replace("uninstall", "")]
        assert len(installs) == 1
        assert "--requirement /build/requirements.txt" in installs[0]
        assert not re.search(r"apt|curl|wget|https?://", " ".join(text_of("RUN") + text_of("ADD")))

    def test_the_installer_is_gone_from_what_is_run(self):
        (run,) = (each.text for each in final_stage() if each.name == "RUN")
        assert re.search(r"uninstall.* setuptools wheel pip", run)
        assert "--without-pip" in " ".join(text_of("RUN"))

    def test_it_runs_as_a_user_that_kubernetes_knows_not_to_be_root(self):
        assert the("USER").text == "10001:10001"
        assert "useradd --uid 10001" in " ".join(text_of("RUN"))

    def test_its_process_is_gunicorn_itself(self):
        command = the("CMD").command
        assert command[0] == "gunicorn"
        assert "main:asgi_app" in command
        assert (ROOT / command[command.index("-c") + 1]).is_file()
        assert not [each for each in final_stage() if each.name == "ENTRYPOINT"]

    def test_its_port_is_gunicorns(self):
        settings = (ROOT / "deploy" / "gunicorn.conf.py").read_text("utf-8")
        assert the("EXPOSE").text == re.search(r"'PORT'\D+(\d+)'", settings)[1]

    def test_its_health_check_asks_what_the_app_answers(self, application):
        _, path = the("HEALTHCHECK").command
        assert path in {rule.rule for rule in application.url_map.iter_rules()}
        # A database that is away is no reason to restart the shop.
        assert path == "/livez"

    def test_it_is_production_with_real_settings(self):
        assert image_environment()["OGS_ENV"] == "production"
        assert not unknown_settings(image_environment())

    def test_it_ends_before_docker_kills(self):
        option, seconds = image_environment()["GUNICORN_CMD_ARGS"].split()
        assert option == "--graceful-timeout"
        # A second for Gunicorn itself, and one to be safe.
        assert int(seconds) <= DOCKER_STOPS_AFTER - 2

    def test_its_version_is_said_by_who_builds_it(self):
        """Written here too, it would be wrong after the next release."""
        assert text_of("ARG") == ["VERSION=", "REVISION="]
        (labels,) = text_of("LABEL")
        assert 'image.version="$VERSION"' in labels
        assert 'image.revision="$REVISION"' in labels

    def test_its_commands_are_the_apps(self, application):
        (names,) = re.findall(r"for name in ([a-z -]+);", " ".join(text_of("RUN")))
        # Flask's own are `run`, `shell` and `routes`.
        assert set(names.split()) == set(application.cli.commands) - {"run", "shell", "routes"}


class TestContext:
    def copied(self):
        for text in (text for text in text_of("COPY") if "--from" not in text):
            *sources, _ = (word for word in text.split() if not word.startswith("--"))
            yield from sources

    def test_all_that_is_copied_is_there_and_let_through(self):
        for source in self.copied():
            path = ROOT / source
            inside = [each for each in path.rglob("*") if each.is_file()] or [path]
            assert all(each.is_file() for each in inside)
            names = [
                each.relative_to(ROOT).as_posix()
                for each in inside
                if "__pycache__" not in each.parts
            ]
            assert names
            assert all(map(is_let_through, names))

    @pytest.mark.parametrize(
        "path",
        [
            ".env",
            ".git/config",
            ".data/postgres/PG_VERSION",
            "config_dev.toml",
            "db.env",
            "local/run.py",
            "tests/conftest.py",
            "requirements-dev.txt",
            "deploy/kubernetes/secret.yaml",
            "app/core/__pycache__/asgi.cpython-311.pyc",
        ],
    )
    def test_the_rest_stays_outside(self, path):
        assert not is_let_through(path)

    def test_the_app_needs_nothing_that_stays_outside(self):
        """main.py, started where there is only what the image has."""
        left_out = {"local", "tests", "conformance", "benchmarks", "examples"}
        sources = [ROOT / "main.py", *(ROOT / "app").rglob("*.py")]
        imports = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
        assert (
            not {name for path in sources for name in imports.findall(path.read_text("utf-8"))}
            & left_out
        )


class TestPrograms:
    @pytest.mark.parametrize("program", sorted(PROGRAMS.iterdir()), ids=lambda path: path.name)
    def test_each_can_be_run(self, program):
        assert program.read_text("utf-8").startswith("#!/")
        assert "chmod=0755 deploy/container/" in " ".join(text_of("COPY"))

    def test_a_link_is_the_command_of_its_name(self, tmp_path):
        flask = tmp_path / "flask"
        flask.write_text('#!/bin/sh\nprintf "%s|" "$@"\n', "utf-8")
        flask.chmod(0o755)
        link = tmp_path / "create-admin"
        link.symlink_to(PROGRAMS / "command")
        env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        said = subprocess.run(
            ["/bin/sh", link, "a b", "--name=C"],
            env=env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert said == "--app|main|create-admin|a b|--name=C|"

    def test_every_runs_again_and_ends_when_it_is_told(self, tmp_path):
        with every(tmp_path, "0.01", "echo", "ran") as process:
            assert [process.stdout.readline() for _ in range(3)] == ["ran\n"] * 3
            assert (tmp_path / "every").exists()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0

    def test_every_does_not_wait_for_the_next_time_to_end(self, tmp_path):
        """At whatever point of its round the signal comes, which many at once on a busy machine try out."""

        def ended(_):
            with every(tmp_path, "3600", "echo", "ran") as process:
                assert process.stdout.readline() == "ran\n"
                process.send_signal(signal.SIGTERM)
                return process.wait(60)

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ended, range(200))) == {0}

    def test_every_does_not_take_a_failure_for_a_run(self, tmp_path):
        with every(tmp_path, "0.01", "sh", "-c", "echo failed; exit 1") as process:
            assert [process.stdout.readline() for _ in range(3)] == ["failed\n"] * 3
            assert not (tmp_path / "every").exists()

    @pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (302, 1)])
    def test_the_health_check_is_the_servers_answer(self, status, code):
        with answering(status) as (port, asked):
            assert healthcheck(port, "/readyz").returncode == code
            assert healthcheck(port).returncode == code
            assert asked == ["/readyz", "/livez"]

    def test_the_health_check_says_why_nobody_answers(self):
        with answering(200) as (port, _):
            pass
        done = healthcheck(port)
        assert done.returncode == 1
        assert "ConnectionRefusedError" in done.stderr


@contextmanager
def every(folder, *arguments):
    process = subprocess.Popen(
        ["/bin/sh", PROGRAMS / "every", *arguments],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # The shell, and what it has started.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextmanager
def answering(status):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join()


def healthcheck(port, *arguments):
    return subprocess.run(
        [sys.executable, "-IS", Path(PROGRAMS, "healthcheck"), *arguments],
        env={**os.environ, "PORT": str(port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
