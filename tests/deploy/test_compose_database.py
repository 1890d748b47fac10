"""The database of docker-compose.yaml: its data, its roles, its end, and who waits for it."""

import pytest

from local.environments import ROOT
from tests.support.containers import compose

EVERY = compose()["services"]
OTHERS = ("api", "api1", "api2", "tidy")


class TestDatabase:
    def test_its_data_is_where_the_image_keeps_it(self):
        assert "data:/bitnami/postgresql" in EVERY["db"]["volumes"]

    def test_its_image_can_be_another(self):
        text = (ROOT / "docker-compose.yaml").read_text("utf-8")
        assert "${POSTGRESQL_IMAGE:-docker.io/bitnami/postgresql:latest}" in text

    def test_it_ends_at_once_and_in_order(self):
        assert EVERY["db"]["stop_signal"] == "SIGINT"

    def test_the_roles_are_made_when_it_is_new(self):
        assert (
            "./deploy/postgresql/roles.sql:/docker-entrypoint-initdb.d/roles.sql:ro"
            in EVERY["db"]["volumes"]
        )

    def test_it_is_healthy_only_once_the_roles_are_there(self):
        """Until then its server listens on loopback and a socket."""
        check = EVERY["db"]["healthcheck"]["test"]
        assert check[:2] == ["CMD", "pg_isready"]
        assert check[check.index("-h") + 1] == "db"

    @pytest.mark.parametrize("name", OTHERS)
    def test_the_shop_waits_for_its_tables(self, name):
        assert EVERY[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert EVERY["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"
