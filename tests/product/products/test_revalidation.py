"""Reads of the catalogue that are asked for again: 304 as long as nothing that is shown has changed."""

import pytest

from tests.builders import as_clerk, brand, category, discount, product, rows, stocked

API = "/api/v1"


async def revalidate(client, url):
    """Return the tag of `url`, once it was answered with 304."""
    first = await client.get(url)
    assert first.status_code == 200, first.text
    assert first.headers["Cache-Control"] == "no-cache"
    again = await client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    return first.headers["ETag"]


class TestUnchanged:
    @pytest.fixture
    def milk(self, database):
        return product(database, brand=brand(database), gtin="05012345678900")

    async def test_reads_are_304(self, client, database, milk):
        for path in (
            f"products/{milk.code}",
            f"barcodes/{milk.gtin}",
            f"brands/{brand(database).code}",
            f"categories/{category(database).code}",
        ):
            await revalidate(client, f"{API}/{path}")

    async def test_lists_are_not_kept(self, client):
        for path in ("products", "brands", "categories"):
            answer = await client.get(f"{API}/{path}")
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
            assert "ETag" not in answer.headers

    async def test_what_only_staff_may_read_is_not_kept(self, client, database):
        url = f"{API}/discounts/{discount(database).code}"
        answer = await client.get(url, headers=as_clerk(database))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert answer.headers["ETag"] == '"v1"'


class TestChanged:
    @pytest.mark.parametrize("what", ["stock", "discount", "brand", "price"])
    async def test_what_changes_without_a_version_is_sent_again(self, client, database, what):
        maker, less = brand(database), discount(database)
        milk = product(database, "2.00", brand=maker, discount=less)
        url = f"{API}/products/{milk.code}"
        tag = await revalidate(client, url)
        match what:
            case "stock":
                stocked(database, milk, "3")
            case "discount":
                rows(database, "UPDATE discount SET rate = 0.5 WHERE id = %(id)s", id=less.id)
            case "brand":
                rows(database, "UPDATE brand SET name = 'New' WHERE id = %(id)s", id=maker.id)
            case "price":
                body = {"list_price": "9.99"}
                await client.patch(url, json=body, headers=as_clerk(database))
        answer = await client.get(url, headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != tag

    async def test_the_tag_of_a_read_is_good_for_a_change(self, client, database):
        milk = product(database)
        url = f"{API}/products/{milk.code}"
        tag = (await client.get(url)).headers["ETag"]
        stocked(database, milk, "3")  # is another tag, and the same version
        for status in (200, 412):
            headers = {**as_clerk(database), "If-Match": tag}
            answer = await client.patch(url, json={"name": "Other"}, headers=headers)
            assert answer.status_code == status
