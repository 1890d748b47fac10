"""NGINX over two Gunicorns as one more way to serve the shop: the files of deploy/nginx with the ports of this run.

`python -m conformance.gateway.nginx PORT FOLDER` runs all of it and does what a platform would: an api that dies is started again,
and on SIGTERM NGINX ends first, when it has given its last answers.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.environments import ROOT, install_packages
from local.servers import SERVERS

NGINX = ROOT / "deploy" / "nginx"
NAME = "nginx"
HOST_NAME = "shop.example"
"""The name of the shop in sites/production.conf."""
UNLIMITED = ("127.0.0.1", "127.0.3.0/24")
"""Clients that shop/limits.conf does not hold for; all others of 127.0.0.0/8 are strangers."""
PAUSE_SECONDS = 0.5
"""How long a dead api is away before it is started again."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens: the plain shop, and what the checks need besides.

    `hasty` gives an api half a second, `echo` passes requests on to `echoed`, where a check may listen.
    """

    plain: int
    tls: int
    redirect: int
    status: int
    hasty: int
    echo: int
    echoed: int
    apis: tuple[int, int]

    @classmethod
    def read(cls, folder: Path) -> "Ports":
        """Return the ports of the gateway that was started in `folder`."""
        said = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
        return cls(**{**said, "apis": tuple(said["apis"])})

    @classmethod
    def choose(cls, plain: int) -> "Ports":
        """Return `plain` and ports that nobody listens on, no two alike."""
        with ExitStack() as held:
            probes = [held.enter_context(socket.socket()) for _ in range(8)]
            for probe in probes:
                probe.bind(("127.0.0.1", 0))
            tls, redirect, status, hasty, echo, echoed, *apis = (p.getsockname()[1] for p in probes)
        return cls(plain, tls, redirect, status, hasty, echo, echoed, (apis[0], apis[1]))


@dataclass(frozen=True)
class GatewayWay:
    """The row `nginx` of the table."""

    name: str = NAME
    title: str = "NGINX over two Gunicorns"
    concurrent: bool = True
    keeps_alive: bool = True
    pipelines: bool = True

    def prepare(self) -> str | None:
        """Install NGINX, wrk and openssl; return why it cannot run here, or None."""
        if all(shutil.which(program) for program in ("nginx", "wrk", "openssl")):
            return None
        return install_packages(("nginx-light", "wrk", "openssl"))

    def start(self, port: int, folder: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Run this module. The apis' log is `folder`/log, NGINX's access log `folder`/access.log."""
        command = [sys.executable, "-m", "conformance.gateway.nginx", str(port), str(folder)]
        with (folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )


# -- the configuration --------------------------------------------------------------------------


def lay_out(folder: Path, ports: Ports) -> Path:
    """Write /etc/nginx for this run below `folder`, and a certificate; return the main file's path."""
    etc = folder / "nginx"
    shutil.rmtree(etc, ignore_errors=True)
    (etc / "conf.d").mkdir(parents=True)
    (etc / "shop").symlink_to(NGINX / "shop")
    main = etc / "nginx.conf"
    text = (NGINX / "nginx.conf").read_text(encoding="utf-8")
    # Its own files are the only thing that the shipped one and this one differ in.
    main.write_text(text.replace("/tmp/nginx", str(etc / "run")), encoding="utf-8")  # noqa: S108 - not used here
    _make_certificate(etc)
    (etc / "conf.d" / "site.conf").write_text(_site(etc, ports), encoding="utf-8")
    (etc / "conf.d" / "suite.conf").write_text(_for_the_suite(ports), encoding="utf-8")
    return main


def _site(etc: Path, ports: Ports) -> str:
    """Return sites/production.conf with this run's ports, apis and certificate."""
    text = (NGINX / "sites" / "production.conf").read_text(encoding="utf-8")
    unlimited = "".join(f"{network} 1; " for network in UNLIMITED)
    for shipped, ours in (
        ("listen 8080", f"listen 127.0.0.1:{ports.redirect}"),
        ("listen 8443 ", f"listen 127.0.0.1:{ports.tls} "),
        ("listen 127.0.0.1:8081;", f"listen 127.0.0.1:{ports.status};"),
        ("server 10.0.0.11:8000 ", f"server 127.0.0.1:{ports.apis[0]} "),
        ("server 10.0.0.12:8000 ", f"server 127.0.0.1:{ports.apis[1]} "),
        ("# 10.0.0.20 1;", unlimited),
        ("/etc/nginx/certificates/", f"{etc}/"),
    ):
        if shipped not in text:
            raise ValueError(f"sites/production.conf has no {shipped!r}.")
        text = text.replace(shipped, ours)
    text = text.replace(f"{ports.tls} ssl;", f"{ports.tls} ssl{_old_http2()};")
    text = text.replace(f"{ports.tls} ssl default", f"{ports.tls} ssl{_old_http2()} default")
    return text.replace("    http2 on;\n", "") if _old_http2() else text


def _old_http2() -> str:
    """Return how this NGINX is told to speak HTTP/2, where it does not know `http2 on`."""
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr  # noqa: S607 - from PATH
    version = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    known = version is not None and tuple(map(int, version.groups())) >= (1, 25, 1)
    return "" if known else " http2"


def _for_the_suite(ports: Ports) -> str:
    """Return the servers that only the checks ask."""
    return f"""
server {{
    listen 127.0.0.1:{ports.plain};
    include shop/server.conf;
}}
server {{
    listen 127.0.0.1:{ports.hasty};
    proxy_read_timeout 500ms;
    include shop/server.conf;
}}
server {{
    listen 127.0.0.1:{ports.echo};
    include shop/problems.conf;
    location / {{
        proxy_pass http://127.0.0.1:{ports.echoed};
    }}
}}
"""


def _make_certificate(etc: Path) -> None:
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", f"/CN={HOST_NAME}"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-addext", f"subjectAltName=DNS:{HOST_NAME}"]
    command += ["-keyout", str(etc / "tls.key"), "-out", str(etc / "tls.crt")]
    subprocess.run(command, check=True, capture_output=True)


# -- the processes ------------------------------------------------------------------------------


class Stack:
    """Two apis and NGINX, as children of this process."""

    def __init__(self, port: int, folder: Path) -> None:
        self._folder = folder
        self._ports = Ports.choose(port)
        self._main = lay_out(folder, self._ports)
        self._told_to_end = False
        (folder / "ports.json").write_text(json.dumps(asdict(self._ports)), encoding="utf-8")

    def run(self) -> int:
        """Serve until SIGTERM; return 0 if all three ended in order."""
        signal.signal(signal.SIGTERM, self._end)
        apis = [self._start_api(number) for number in (0, 1)]
        nginx = self._start_nginx()
        try:
            while not self._told_to_end and nginx.poll() is None:
                for number, api in enumerate(apis):
                    if api.poll() is not None:
                        time.sleep(PAUSE_SECONDS)
                        apis[number] = self._start_api(number)
                time.sleep(0.05)
        finally:
            statuses = list(_stopped(nginx, *apis))
        return 0 if statuses == [0, 0, 0] else 1

    def _end(self, *_: object) -> None:
        self._told_to_end = True

    def _start_api(self, number: int) -> subprocess.Popen[bytes]:
        folder = self._folder / f"api-{number}"
        folder.mkdir(exist_ok=True)
        if not (folder / "log").is_symlink():
            (folder / "log").symlink_to(self._folder / "log")
        # The Gunicorns' own part of the suite's variables; PORT is NGINX's.
        env = {**os.environ, "OGS_HTTP__GATEWAYS": '["127.0.0.1"]'}
        api = SERVERS["gunicorn"].start(self._ports.apis[number], folder, env)
        # Moved there, so that whoever looks never finds it empty.
        (folder / "pid.new").write_text(str(api.pid), encoding="ascii")
        (folder / "pid.new").rename(folder / "pid")
        return api

    def _start_nginx(self) -> subprocess.Popen[bytes]:
        command = ["nginx", "-p", str(self._main.parent), "-c", str(self._main)]
        # A worker of another account could not enter the folders of the one who runs this.
        user = "user root; " if os.geteuid() == 0 else ""
        with (self._folder / "access.log").open("ab") as access:
            return subprocess.Popen([*command, "-g", f"{user}daemon off;"], stdout=access)


def _stopped(nginx: subprocess.Popen[bytes], *apis: subprocess.Popen[bytes]) -> Iterator[int]:
    """End NGINX and then the apis, each in order, and yield their exit statuses."""
    # NGINX takes SIGTERM for "at once"; SIGQUIT lets it answer what it has taken.
    for number, group in ((signal.SIGQUIT, [nginx]), (signal.SIGTERM, list(apis))):
        for process in group:
            if process.poll() is None:
                process.send_signal(number)
        for process in group:
            with suppress(subprocess.TimeoutExpired):
                process.wait(15)
            if process.poll() is None:
                process.kill()
            yield process.wait()


if __name__ == "__main__":
    sys.exit(Stack(int(sys.argv[1]), Path(sys.argv[2])).run())
