"""A shop that was there before: its database becomes what a new one is, and its servers go on meanwhile."""

import uuid

import pytest

from app.core.database.definitions import MARKS, Mark, definitions, marks
from app.core.database.migrations import migrate
from tests.migrations.released import DUMPS, ask, bodies, calls, schema, view_columns
from tests.support.database import Database


@pytest.fixture
def restored(cluster):
    """Make databases of dumps: `restored(text)`."""
    made = []

    def restore(text: str) -> Database:
        made.append(cluster.bare(f"restored_{uuid.uuid4().hex}"))
        ask(made[-1].owner_url, text)
        return made[-1]

    yield restore
    for one in made:
        cluster.drop(one.name)


@pytest.fixture(params=DUMPS, ids=[file.stem for file in DUMPS])
def released(request, restored):
    """A database as that version left it."""
    return restored(request.param.read_text(encoding="utf-8"))


class TestUpgrade:
    def test_its_schema_is_that_of_a_new_database(self, released, fresh_database, restored):
        migrate(released.owner_url, released.app_url)
        # Restored too, as PostgreSQL writes a condition otherwise once it has read it from a dump.
        new = restored(schema(fresh_database.owner_url))
        assert schema(released.owner_url).splitlines() == schema(new.owner_url).splitlines()

    def test_old_servers_find_what_they_call(self, released):
        before = calls(released.owner_url)
        migrate(released.owner_url, released.app_url)
        assert before <= calls(released.owner_url)

    def test_views_only_gain_columns_at_their_end(self, released):
        before = view_columns(released.owner_url)
        migrate(released.owner_url, released.app_url)
        after = view_columns(released.owner_url)
        assert before == {name: after[name][: len(columns)] for name, columns in before.items()}

    def test_a_text_that_has_changed_is_of_a_later_edition(self, released):
        """Else a server of the version before could not tell that it is newer than its own."""
        there = marks(ask(released.owner_url, MARKS))
        before = bodies(released.owner_url)
        migrate(released.owner_url, released.app_url)
        changed = {name for name, _ in bodies(released.owner_url) - before}
        known = {name for name, _ in before}
        # What has no mark is from before there were any: the first edition.
        assert not [
            one.name
            for one in definitions()
            if one.name in changed & known
            and one.edition <= there.get(one.name, Mark(1, "")).edition
        ]
