"""The renderer that stands in for kubectl, against what the real kustomize made of a sample with all that is used."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.kustomize import NotRenderedError, render

SAMPLE = Path(__file__).parent / "kustomize"


def by_name(objects):
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def test_it_renders_what_kustomize_renders():
    expected = by_name(yaml.safe_load_all((SAMPLE / "expected.yaml").read_text("utf-8")))
    assert by_name(render(SAMPLE / "overlay")) == expected


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("namespace: renamed", "namePrefix: my-"),
        ("newTag:", "digest:"),
        ("behavior: merge", "behavior: replace\n    literals: [A=1]"),
        ("$patch: delete", "spec: {}"),
        ("op: remove", "op: test"),
        ("name: gone", "name: never-there"),
    ],
)
def test_what_it_does_not_know_it_refuses(said, instead, tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "sample")
    file = tmp_path / "sample" / "overlay" / "kustomization.yaml"
    content = file.read_text("utf-8")
    assert said in content
    file.write_text(content.replace(said, instead), "utf-8")
    with pytest.raises(NotRenderedError):
        render(tmp_path / "sample" / "overlay")
