"""The Dockerfile, .dockerignore and docker-compose.yaml, read as Docker reads them."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel

from local.environments import ROOT

SETTINGS_OF_SETTINGS = {"OGS_CONFIG", "OGS_SECRETS_DIR"}


@dataclass(frozen=True)
class Instruction:
    """A line of the Dockerfile, with those that continue it."""

    name: str
    text: str

    @property
    def command(self) -> list[str]:
        """The words of an exec form. Fails for a shell form, of which the shell would be process 1."""
        return json.loads(self.text[self.text.index("[") :])


def instructions() -> list[Instruction]:
    """Return what the Dockerfile says, in order."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in lines if not line.startswith("#")))
    found = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [Instruction(name, " ".join(text.split())) for name, text in found]


def final_stage() -> list[Instruction]:
    """Return what is said of the image itself, not of the stage that builds."""
    said = instructions()
    last = max(number for number, each in enumerate(said) if each.name == "FROM")
    return said[last:]


def the(name: str) -> Instruction:
    """Return the one instruction of that name in the final stage."""
    (found,) = (each for each in final_stage() if each.name == name)
    return found


def image_environment() -> dict[str, str]:
    """Return the variables that the image sets."""
    pairs = re.findall(r'([A-Z_]+)=(?:"([^"]*)"|(\S+))', the("ENV").text)
    return {name: quoted or bare for name, quoted, bare in pairs}


def is_let_through(path: str) -> bool:
    """Say whether .dockerignore leaves `path`, relative to the root, in the build's context: the last match decides."""
    through = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            wanted = pattern.startswith("!")
            if _matches(pattern.removeprefix("!"), path):
                through = wanted
    return through


def _matches(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    expression = expression.replace(r"\[", "[").replace(r"\]", "]")
    # What matches a folder matches all that is in it.
    return re.fullmatch(f"{expression}(?:/.*)?", path) is not None


@cache
def compose() -> dict[str, Any]:
    """Return docker-compose.yaml with its variables at their defaults."""
    text = (ROOT / "docker-compose.yaml").read_text("utf-8")
    text = re.sub(r"(?<!\$)\$\{\w+:-([^}]*)\}", r"\1", text)
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def services(*profiles: str) -> dict[str, dict[str, Any]]:
    """Return the services that run with those profiles; with none, Compose asks for the empty one."""
    asked = set(profiles) or {""}
    return {
        name: service
        for name, service in compose()["services"].items()
        if not service.get("profiles") or asked & set(service["profiles"])
    }


def env_file(name: str = "db.env") -> dict[str, str]:
    """Return the variables of an env file."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line.strip() and not line.startswith("#"))
    return {name: value for name, value in pairs}  # noqa: C416 - dict() of lists is not typed


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that a container of the service has; those without a value are taken out."""
    merged: dict[str, str | None] = {}
    for name in service.get("env_file", ()):
        merged |= env_file(name)
    merged |= service.get("environment", {})
    return {name: str(value) for name, value in merged.items() if value is not None}


def unknown_settings(names: Iterable[str]) -> list[str]:
    """Return those of the variables' names that begin with OGS_ and are no setting."""
    ours = (name for name in names if name.startswith("OGS_"))
    return [name for name in ours if name not in SETTINGS_OF_SETTINGS and not _is_setting(name)]


def _is_setting(name: str) -> bool:
    from app.core.settings import Settings

    model: Any = Settings
    for step in name.removeprefix("OGS_").lower().split("__"):
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return False
        if step not in model.model_fields:
            return False
        model = model.model_fields[step].annotation
    return True


def without_ours() -> dict[str, str]:
    """Return this process's environment without what would change the shop's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OGS_")}
