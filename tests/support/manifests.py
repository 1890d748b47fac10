"""What deploy/kubernetes renders to, as tests ask for it."""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.kustomize import Manifest, render

SOURCE = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("single-node", "production")


@dataclass(frozen=True)
class Pod:
    """A pod as its template makes it, or as an operator does, of which only labels and ports are known."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]

    @property
    def container(self) -> Mapping[str, Any]:
        """The pod's only container."""
        (only,) = self.spec["containers"]
        found: Mapping[str, Any] = only
        return found

    def ports(self) -> dict[str, int]:
        """Return the container's ports by their names."""
        return {port["name"]: port["containerPort"] for port in self.container.get("ports", ())}


class Manifests:
    """All objects of the base or of an overlay."""

    def __init__(self, name: str, objects: list[Manifest]) -> None:
        self.name = name
        self.objects = objects

    def all(self, kind: str) -> list[Manifest]:
        """Return the objects of that kind."""
        return [found for found in self.objects if found["kind"] == kind]

    def get(self, kind: str, name: str) -> Manifest:
        """Return the object of that name, or with kustomize's hash behind it. Raises LookupError."""
        pattern = re.compile(rf"{re.escape(name)}(-[0-9a-z]{{10}})?")
        found = [each for each in self.all(kind) if pattern.fullmatch(each["metadata"]["name"])]
        if len(found) != 1:
            raise LookupError(f"{len(found)} {kind} {name} in {self.name}")
        return found[0]

    def has(self, kind: str, name: str) -> bool:
        """Say whether there is an object of exactly that name."""
        return any(found["metadata"]["name"] == name for found in self.all(kind))

    def workloads(self) -> Iterator[tuple[Manifest, Manifest]]:
        """Yield what makes pods, with the template of its pods."""
        for found in self.objects:
            spec = found.get("spec", {})
            if found["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job"}:
                yield found, spec["template"]
            elif found["kind"] == "CronJob":
                yield found, spec["jobTemplate"]["spec"]["template"]

    def pods(self) -> list[Pod]:
        """Return a pod of each workload."""
        return [
            Pod(
                workload["metadata"]["name"],
                workload["metadata"]["namespace"],
                template["metadata"]["labels"],
                template["spec"],
            )
            for workload, template in self.workloads()
        ]

    def pod(self, name: str) -> Pod:
        """Return the pod of the workload of that name."""
        (found,) = [pod for pod in self.pods() if pod.name == name]
        return found

    def operators_pods(self) -> list[Pod]:
        """Return the pods that CloudNativePG makes of its kinds, with the labels that it promises."""
        clusters = [(each, "cnpg.io/cluster") for each in self.all("Cluster")]
        poolers = [(each, "cnpg.io/poolerName") for each in self.all("Pooler")]
        return [
            Pod(
                each["metadata"]["name"],
                each["metadata"]["namespace"],
                {label: each["metadata"]["name"]},
                {},
            )
            for each, label in clusters + poolers
        ]

    def config(self, pod: Pod) -> dict[str, str]:
        """Return the environment that the pod's container begins with, without what Kubernetes fills in."""
        found: dict[str, str] = {}
        for source in pod.container.get("envFrom", ()):
            found |= self.get("ConfigMap", source["configMapRef"]["name"])["data"]
        for variable in pod.container.get("env", ()):
            if "value" in variable:
                found[variable["name"]] = variable["value"]
        return found

    def secret(self, name: str) -> dict[str, str]:
        """Return the Secret's values."""
        data = self.get("Secret", name).get("data", {})
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    def secret_files(self, pod: Pod) -> dict[str, dict[str, str]]:
        """Return the files of each Secret that is mounted, by the folder. An operator's Secret is left out."""
        names = {
            volume["name"]: volume["secret"]["secretName"]
            for volume in pod.spec["volumes"]
            if "secret" in volume
        }
        return {
            mount["mountPath"]: self.secret(names[mount["name"]])
            for mount in pod.container["volumeMounts"]
            if mount["name"] in names and self.has("Secret", names[mount["name"]])
        }


def rendered(folder: Path) -> dict[str, Manifests]:
    """Copy deploy/kubernetes into `folder`, make new secrets there, and render the base and both overlays."""
    copied = folder / "kubernetes"
    shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("secrets"))
    for overlay in OVERLAYS:
        make_secrets(copied, overlay).check_returncode()
    paths = {"base": copied / "base"} | {name: copied / "overlays" / name for name in OVERLAYS}
    return {name: Manifests(name, render(path)) for name, path in paths.items()}


def make_secrets(
    copied: Path, *arguments: str, backup: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run make_secrets.py of a copy of deploy/kubernetes."""
    keys = {"BACKUP_ACCESS_KEY_ID": "a-key", "BACKUP_SECRET_ACCESS_KEY": "its-secret"}
    return subprocess.run(
        [sys.executable, str(copied / "make_secrets.py"), *arguments],
        env={**os.environ, **(keys if backup else {})},
        capture_output=True,
        text=True,
        check=False,
    )


def mebibytes(quantity: str) -> int:
    """Return Kubernetes' 768Mi or 1Gi as a number of MiB."""
    number, unit = int(quantity[:-2]), quantity[-2:]
    return number * {"Mi": 1, "Gi": 1024}[unit]


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Say whether a label selector takes those labels; an empty one takes all."""
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(
        each["key"] in labels
        if each["operator"] == "Exists"
        else labels.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", ())
    )
