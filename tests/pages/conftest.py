"""Pages are looked at as a browser asks for them."""

import pytest

from tests.support.html import Page


@pytest.fixture
def see(client):
    """Return the page at a path: `await see("/products", q="milk")`."""

    async def seen(path, status=200, **query):
        answer = await client.get(path, params=query or None)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return Page(answer.text)

    return seen


@pytest.fixture
def fill(client, see):
    """Send the first form on a page that leads to `action`, as a browser does, with what is typed; follow where it leads.

    Return (status, page) of the first answer's if it is no redirect, else of the page behind it.
    """

    async def filled(path, action, **typed):
        form = (await see(path)).form(action)
        answer = await client.post(
            action, data=form | typed, headers={"Origin": str(client.base_url)}
        )
        if answer.status_code == 303:
            answer = await client.get(answer.headers["location"])
        return answer.status_code, Page(answer.text)

    return filled
