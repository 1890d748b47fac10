"""Apache httpd on a loopback port, with deploy/apache/shop.conf and nothing of the system's own configuration."""

import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs

from local.environments import ROOT

NAME = "apache"
PACKAGES = ("apache2", "libapache2-mod-wsgi-py3", "python3-venv")
# Debian's mod_wsgi holds Debian's Python: the virtual environment has to be of the same.
PYTHON = "/usr/bin/python3"
# SIGTERM makes httpd drop what is under way.
GRACEFUL = signal.SIGWINCH
_HTTPD = "/usr/sbin/apache2"
_MODULES = ("mpm_event", "authz_core", "headers", "reqtimeout", "unique_id", "wsgi")
_NOBODY = "www-data"

_CONFIGURATION = """\
ServerRoot {folder}
PidFile {folder}/apache.pid
DefaultRuntimeDir {folder}
WSGISocketPrefix {folder}/wsgi
ServerName 127.0.0.1
{modules}
{user}Listen 127.0.0.1:{port}
# As many connections at once as one computer needs: the shop's own processes do the work.
StartServers 2
ServerLimit 8
ThreadsPerChild 32
MaxRequestWorkers 256
ErrorLog /dev/stderr
LogLevel warn
Define SHOP_ROOT {root}
Define SHOP_VENV {venv}
Define SHOP_PORT {port}
Define SHOP_USER ${{SHOP_ACCOUNT}}
Include {root}/deploy/apache/shop.conf
"""


def obstacle() -> str | None:
    """Return one sentence why Apache cannot serve the shop here, or None."""
    closed = [folder for folder in (ROOT, *ROOT.parents) if not folder.stat().st_mode & 0o001]
    if os.geteuid() == 0 and closed:
        return f"Apache's processes do not run as root, and nobody else may enter {closed[-1]}."
    return None


def command(venv: Path, port: int, folder: Path) -> list[str]:
    """Return the command that serves on that port in the foreground, with all it writes in `folder`."""
    modules = [
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in _MODULES
    ]
    configuration = _CONFIGURATION.format(
        folder=folder.absolute(),
        modules="\n".join(modules),
        user=f"User {_NOBODY}\nGroup {_NOBODY}\n" if os.geteuid() == 0 else "",
        port=port,
        root=ROOT,
        venv=venv,
    )
    path = folder / "apache.conf"
    path.write_text(configuration, encoding="utf-8")
    return [_HTTPD, "-DFOREGROUND", "-f", str(path.absolute())]


def hand_over(environment: Mapping[str, str], metrics: Path) -> dict[str, str]:
    """Return the variables that say who runs the shop's processes, and let that account write to `metrics`.

    It is whoever may reach the database's socket: PostgreSQL's account, where root started it.
    """
    account = _account(environment.get("OGS_DATABASE__URL", ""))
    if os.geteuid() == 0:
        shutil.chown(metrics, account)
    return {"SHOP_ACCOUNT": account}


def _account(url: str) -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for folder in parse_qs(url.partition("?")[2]).get("host", []):
        if folder.startswith("/") and (owner := Path(folder).stat().st_uid) != 0:
            return pwd.getpwuid(owner).pw_name
    return _NOBODY
