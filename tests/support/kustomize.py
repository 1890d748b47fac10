"""Renders a folder as `kubectl kustomize` does, without kubectl: the part of kustomize that deploy/kubernetes uses.

What it does not know it refuses. tests/deploy/test_kustomize.py holds it to what the real one made of a sample.
"""

import base64
import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

_KEYS = {"apiVersion", "kind", "namespace", "resources", "configMapGenerator", "secretGenerator"}
_KEYS |= {"patches", "images"}
_GENERATOR_KEYS = {"name", "type", "behavior", "envs", "files", "options"}
_OPTIONS = {"disableNameSuffixHash", "labels"}
_LINE = 70
_CLUSTER_WIDE = {"Namespace", "PersistentVolume"}
# Where an object names a ConfigMap or a Secret: the key that holds it, the key of the name, and what it names.
_REFERENCES = {
    "configMapRef": ("name", "ConfigMap"),
    "configMapKeyRef": ("name", "ConfigMap"),
    "configMap": ("name", "ConfigMap"),
    "secretRef": ("name", "Secret"),
    "secretKeyRef": ("name", "Secret"),
    "secret": ("secretName", "Secret"),
}


class NotRenderedError(Exception):
    """Something that this renderer does not know, or that kustomize would refuse too."""


@dataclass
class _Resource:
    manifest: Manifest
    hashed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.manifest["kind"], self.manifest["metadata"]["name"]

    @property
    def namespace(self) -> str | None:
        return self.manifest["metadata"].get("namespace")


def render(folder: Path) -> list[Manifest]:
    """Return the objects that `kubectl kustomize folder` prints, in no particular order. Raises NotRenderedError."""
    resources = _accumulate(folder)
    names = {
        (*resource.key, resource.namespace): _suffixed(resource)
        for resource in resources
        if resource.hashed
    }
    for resource in resources:
        if resource.manifest["kind"] not in {"ConfigMap", "Secret"}:
            _rename(resource.manifest, resource.namespace, names)
    for resource in resources:
        metadata = resource.manifest["metadata"]
        metadata["name"] = names.get((*resource.key, resource.namespace), metadata["name"])
    return [resource.manifest for resource in resources]


def _accumulate(folder: Path) -> list[_Resource]:
    layer = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    _only(layer, _KEYS, folder)
    resources = [found for name in layer["resources"] for found in _load(folder / name)]
    for kind, generators in _generators(layer):
        for generator in generators:
            _generate(resources, kind, generator, folder)
    for patch in layer.get("patches", ()):
        _patch(resources, patch)
    if "namespace" in layer:
        _move(resources, layer["namespace"])
    for image in layer.get("images", ()):
        _only(image, {"name", "newName", "newTag"}, folder)
        for resource in resources:
            _set_image(resource.manifest, image)
    return resources


def _generators(layer: Manifest) -> Iterator[tuple[str, list[Manifest]]]:
    yield "ConfigMap", layer.get("configMapGenerator", [])
    yield "Secret", layer.get("secretGenerator", [])


def _only(given: Mapping[str, Any], known: set[str], where: object) -> None:
    if unknown := set(given) - known:
        raise NotRenderedError(f"{where}: {', '.join(sorted(unknown))}")


def _load(path: Path) -> list[_Resource]:
    if path.is_dir():
        return _accumulate(path)
    # What an alias repeats is one object to yaml, and a patch of one place would change all: JSON has no aliases.
    documents = (
        json.loads(json.dumps(found)) for found in yaml.safe_load_all(path.read_text("utf-8"))
    )
    return [_Resource(found) for found in documents if found]


def _find(resources: list[_Resource], kind: str, name: str) -> _Resource:
    for resource in resources:
        if resource.key == (kind, name):
            return resource
    raise NotRenderedError(f"there is no {kind} {name}")


def _generate(resources: list[_Resource], kind: str, generator: Manifest, folder: Path) -> None:
    _only(generator, _GENERATOR_KEYS, folder)
    options = generator.get("options", {})
    _only(options, _OPTIONS, folder)
    data = _data(generator, folder)
    if kind == "Secret":
        data = {key: _encoded(value) for key, value in data.items()}
    if generator.get("behavior") == "merge":
        merged = _find(resources, kind, generator["name"]).manifest
        merged["data"] = {**merged.get("data", {}), **data}
        return
    manifest: Manifest = {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": generator["name"]},
    }
    if kind == "Secret":
        manifest["type"] = generator.get("type", "Opaque")
    manifest["data"] = data
    if "labels" in options:
        manifest["metadata"]["labels"] = dict(options["labels"])
    resources.append(_Resource(manifest, not options.get("disableNameSuffixHash", False)))


def _encoded(value: str) -> str:
    """Return base64 as kustomize writes it: what reaches 70 characters is in lines, and each of these ends."""
    text = base64.b64encode(value.encode()).decode()
    if len(text) < _LINE:
        return text
    return "".join(f"{text[at : at + _LINE]}\n" for at in range(0, len(text), _LINE))


def _data(generator: Manifest, folder: Path) -> dict[str, str]:
    data = {}
    for name in generator.get("envs", ()):
        for line in (folder / name).read_text("utf-8").splitlines():
            stripped = line.lstrip()
            if stripped and not stripped.startswith("#"):
                key, equals, value = stripped.partition("=")
                if not equals:
                    raise NotRenderedError(f"{folder / name}: {key} takes its value from outside")
                data[key] = value
    for name in generator.get("files", ()):
        data[Path(name).name] = (folder / name).read_text("utf-8")
    return data


def _patch(resources: list[_Resource], patch: Manifest) -> None:
    _only(patch, {"target", "patch"}, "patches")
    content = yaml.safe_load(patch["patch"])
    if isinstance(content, dict):
        if content.get("$patch") != "delete":
            raise NotRenderedError("a strategic merge patch that does not delete")
        resources.remove(_find(resources, content["kind"], content["metadata"]["name"]))
        return
    _only(patch["target"], {"kind", "name"}, "patches")
    target = _find(resources, patch["target"]["kind"], patch["target"]["name"])
    for operation in content:
        _apply(target.manifest, operation)


def _apply(document: Any, operation: Manifest) -> None:
    *path, last = (
        step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]
    )
    for step in path:
        document = document[int(step)] if isinstance(document, list) else document[step]
    kind, value = operation["op"], copy.deepcopy(operation.get("value"))
    if isinstance(document, list):
        if (kind, last) != ("add", "-"):
            raise NotRenderedError(f"{kind} {operation['path']}")
        document.append(value)
    elif kind == "add" or (kind == "replace" and last in document):
        document[last] = value
    elif kind == "remove":
        del document[last]
    else:
        raise NotRenderedError(f"{kind} {operation['path']}")


def _move(resources: list[_Resource], namespace: str) -> None:
    for resource in resources:
        metadata = resource.manifest["metadata"]
        if resource.manifest["kind"] == "Namespace":
            metadata["name"] = namespace
        elif resource.manifest["kind"] not in _CLUSTER_WIDE:
            metadata["namespace"] = namespace


def _set_image(node: Any, image: Manifest) -> None:
    for inner in _nodes(node):
        for container in [*inner.get("containers", ()), *inner.get("initContainers", ())]:
            name, colon, tag = container.get("image", "").partition(":")
            if name == image["name"]:
                tag = image.get("newTag", tag if colon else "latest")
                container["image"] = f"{image.get('newName', name)}:{tag}"


def _nodes(node: Any) -> Iterator[Manifest]:
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from _nodes(inner)


def _rename(
    node: Manifest, namespace: str | None, names: Mapping[tuple[str, str, str | None], str]
) -> None:
    for inner in _nodes(node):
        for field, (name, kind) in _REFERENCES.items():
            reference = inner.get(field)
            if isinstance(reference, dict) and name in reference:
                key = (kind, reference[name], namespace)
                reference[name] = names.get(key, reference[name])


def _suffixed(resource: _Resource) -> str:
    """Return the name with kustomize's hash of the content: ten digits of Go's JSON's SHA-256, without vowels."""
    manifest = resource.manifest
    kind, name = resource.key
    # Kustomize means to hash the name too, and finds none.
    content = {"data": manifest.get("data", ""), "kind": kind, "name": ""}
    if kind == "Secret":
        content["type"] = manifest["type"]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{name}-{digest.translate(str.maketrans('013ae', 'ghkmt'))}"
