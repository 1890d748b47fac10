"""What goes wrong is told to people by pages, and to programs by problems."""

import pytest

from tests.support.html import Page

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nowhere", "/products/", "/office"])
class TestUnknownAddresses:
    async def test_are_a_page_to_browsers(self, client, path):
        answer = await client.get(path, headers={"Accept": BROWSER})
        assert answer.status_code == 404
        assert Page(answer.text).texts("h1") == ["There is nothing here"]

    @pytest.mark.parametrize("accept", ["*/*", "application/json"])
    async def test_are_a_problem_to_programs(self, client, path, accept):
        answer = await client.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


async def test_what_a_service_refuses_is_a_page_with_its_status(client):
    answer = await client.get("/products/no-such-product")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")
