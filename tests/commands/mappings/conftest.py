"""Imports by a mapping, into a shop that has what a small file of products refers to."""

import pytest


@pytest.fixture
def take(run, write):
    """Import content by a mapping: its name, or the text of one. Returns what the command said."""

    def call(kind, content, mapping="de", *options, name="p.csv"):
        if "[" in mapping:
            mapping = write("m.toml", mapping)
        return run("import", kind, write(name, content), "--from", mapping, *options)

    return call


@pytest.fixture
def groceries(catalogue, run, write):
    """The category `kaese`, beside those of `catalogue`."""
    assert run("import", "categories", write("c.csv", "code,name\nkaese,Käse\n")).exit_code == 0
