"""The stack of docker-compose.yaml, driven by Compose's own command line, under a project name of its own."""

import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from local.environments import ROOT

PROJECT = "online-grocery-conformance"
COMMAND_SECONDS = 300
"""How long a command of Compose may take: the first one builds the image."""


STRANGE = {
    "OGS_DATABASE__OWNER_URL": "postgresql://leaked@leaked.example/leaked?sslmode=require",
    "OGS_DATABASE__URL": "postgresql://leaked@leaked.example/leaked?sslmode=require",
    "OGS_SECRET": "leaked",
    "OGS_ENV": "production",
    "OGS_SHOP__NAME": "leaked",
    "POSTGRESQL_PASSWORD": "leaked",
    "POSTGRES_PASSWORD": "leaked",
    "WEB_CONCURRENCY": "leaked",
}
"""What a shell may hold of a real shop, or of anything else: nothing of it may reach a container."""


class StackError(AssertionError):
    """A command of Compose failed or took too long; the text is what it said last."""


class Stack:
    """The project: what runs in it, where its ports are, and what its containers say."""

    def __init__(self, command: str) -> None:
        self.profile = ""
        self._command = [*shlex.split(command), "--project-name", PROJECT]
        # Other projects of this computer may use the ports that people know.
        self._ports = [_free_port(), _free_port()]
        self._env = {
            **os.environ,
            **STRANGE,
            "API_PORT": str(self._ports[0]),
            "GATEWAY_PORT": str(self._ports[1]),
            "COMPOSE_PROFILES": "",
        }

    @property
    def url(self) -> str:
        """Where the shop is: the api's own port, or the gateway's."""
        if self.profile:
            return f"https://127.0.0.1:{self._ports[1]}"
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def api(self) -> str:
        """The service that is the shop's first api."""
        return "api1" if self.profile else "api"

    # -- Compose -------------------------------------------------------------------------------

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command of Compose in the present profile, and return its process."""
        profile = ["--profile", self.profile] if self.profile else []
        return subprocess.Popen(
            [*self._command, *profile, *arguments], cwd=ROOT, env=self._env, text=True, **options
        )

    def run(self, *arguments: str, check: bool = True) -> tuple[int, str]:
        """Run a command of Compose; return its exit code and what it printed. Raises StackError."""
        pipe = subprocess.PIPE
        process = self.start(*arguments, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        with process:
            try:
                said, complaint = process.communicate(timeout=COMMAND_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise StackError(f"{' '.join(arguments)} took too long") from None
        if check and process.returncode:
            last = "\n".join(f"{said}\n{complaint}".strip().splitlines()[-15:])
            raise StackError(f"{' '.join(arguments)} ended with {process.returncode}:\n{last}")
        return process.returncode, said

    def up(self, *services: str) -> float:
        """Start what is not there; return the seconds until all of it was healthy."""
        began = time.monotonic()
        self.run("up", "--detach", "--wait", *services)
        return time.monotonic() - began

    def inside(self, service: str, *command: str, check: bool = True) -> tuple[int, str]:
        """Run a command in a service's container; return its exit code and what it printed."""
        return self.run("exec", "--no-TTY", service, *command, check=check)

    def containers(self) -> list[dict[str, Any]]:
        """Return what Compose says of each container, those that have ended included."""
        _, said = self.run("ps", "--all", "--format", "json")
        # An array in older versions, a line for each in newer ones.
        if said.lstrip().startswith("["):
            return list(json.loads(said))
        return [json.loads(line) for line in said.splitlines() if line.strip()]

    def exit_code(self, service: str) -> int:
        """Return the exit code of a service's container, which has ended."""
        (code,) = (each["ExitCode"] for each in self.containers() if each["Service"] == service)
        return int(code)

    def published(self) -> set[tuple[str, str, int]]:
        """Return what is open to the computer: service, address and port."""
        return {
            (each["Service"], opened["URL"], opened["PublishedPort"])
            for each in self.containers()
            for opened in each["Publishers"] or ()
            if opened["PublishedPort"]
        }

    def remove(self) -> None:
        """End and remove all of the project, its data too."""
        self.run("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")

    # -- its database --------------------------------------------------------------------------

    @contextmanager
    def psql(self) -> Iterator["Psql"]:
        """Lend a session of the tables' owner in the database."""
        command = 'exec psql -qtA "$OGS_DATABASE__OWNER_URL"'
        pipe = subprocess.PIPE
        options = {"stdin": pipe, "stdout": pipe, "bufsize": 1}
        process = self.start("exec", "--no-TTY", "db", "sh", "-c", command, **options)
        with process:
            try:
                yield Psql(process)
            finally:
                process.kill()


class Psql:
    """A session that is open: what one statement began, the next one ends."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, statements: str) -> Sequence[str]:
        """Run `statements`, and return the lines that they gave. Raises StackError if the session ended."""
        source, target = self._process.stdout, self._process.stdin
        assert source is not None
        assert target is not None
        target.write(f"{statements}\n\\echo done\n")
        target.flush()
        lines: list[str] = []
        for line in source:
            if line.strip() == "done":
                return lines
            lines.append(line.strip())
        raise StackError(f"psql ended at {statements}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
