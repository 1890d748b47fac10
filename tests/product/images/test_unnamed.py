"""Images that nothing has any more go, and none that something is about to have."""

import asyncio

import pytest

from app.core.wiring import wired
from app.product.images.rendering import render
from app.product.images.service import Images
from tests.builders import as_clerk, category, insert, product, rows, stored_image, unique, value
from tests.support.locks import transaction, until_blocked
from tests.support.pictures import picture


@pytest.fixture
def images(shop, application) -> Images:
    with application.app_context():
        return wired(Images)


def is_stored(database, hash_):
    return value(database, "SELECT EXISTS (SELECT FROM image WHERE hash = %(h)s)", h=hash_)


@pytest.fixture
def file():
    """A picture that no other test has."""
    made = int(unique("x")[2:8], 16)
    return picture(size=(20 + made % 1000, 20 + made // 1000 % 1000))


@pytest.fixture
def forgotten(database, file):
    """The image of `file`, stored, and nothing has it."""
    made = render(file)
    sizes = {name: getattr(made, name) for name in ("small", "medium", "large", "width", "height")}
    return insert(database, "image", hash=made.hash, **sizes).hash


@pytest.fixture
def putting(client, database, file):
    """A product without an image, and a task that gives it `file`."""
    sold = product(database)
    url, headers = f"/api/v1/products/{sold.code}", as_clerk(database)

    def begin():
        put = client.put(f"{url}/image", content=file, headers=headers)
        return asyncio.create_task(put)

    return sold, begin


class TestDeleteUnnamed:
    async def test_deletes_what_nothing_has(self, database, images):
        unnamed = stored_image(database).hash
        of_product, of_category = stored_image(database).hash, stored_image(database).hash
        product(database, image=of_product)
        category(database, image=of_category)
        assert await images.delete_unnamed(1000) >= 1
        assert [is_stored(database, each) for each in (unnamed, of_product, of_category)] == [
            *(False, True, True)
        ]

    async def test_looks_at_all_however_few_at_a_time(self, database, images):
        unnamed = [stored_image(database).hash for _ in range(5)]
        named = [stored_image(database).hash for _ in range(5)]
        for each in named:
            product(database, image=each)
        await images.delete_unnamed(2)
        assert [is_stored(database, each) for each in unnamed + named] == [False] * 5 + [True] * 5

    async def test_one_that_two_had_goes_with_the_second(self, client, database, images):
        shared = stored_image(database).hash
        both = [product(database, image=shared), category(database, image=shared)]
        headers = as_clerk(database)
        left = []
        for path in (f"products/{both[0].code}", f"categories/{both[1].code}"):
            await client.delete(f"/api/v1/{path}/image", headers=headers)
            await images.delete_unnamed(1000)
            left.append(is_stored(database, shared))
        assert left == [True, False]

    async def test_what_goes_is_gone_for_readers_too(self, client, database, images):
        url = f"/api/v1/images/{stored_image(database).hash}/small"
        assert (await client.get(url)).status_code == 200
        await images.delete_unnamed(1000)
        assert (await client.get(url)).status_code == 404


class TestRaces:
    async def test_one_that_is_about_to_be_named_stays(self, database, images, forgotten, putting):
        """It was there with nothing to name it; the product that will is not free yet."""
        sold, begin = putting
        async with transaction(database) as cursor:
            cursor.execute("SELECT FROM product WHERE id = %s FOR UPDATE", (sold.id,))
            put = begin()
            await until_blocked(database, put)
            deleting = asyncio.create_task(images.delete_unnamed(1000))
            await until_blocked(database, put, deleting)
            assert not deleting.done()
        assert (await put).status_code == 200
        await deleting
        assert is_stored(database, forgotten)
        named = "SELECT image FROM product WHERE id = %(id)s"
        assert value(database, named, id=sold.id) == forgotten

    async def test_one_that_goes_meanwhile_is_stored_again(self, database, forgotten, putting):
        _, begin = putting
        async with transaction(database) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('images'))")
            cursor.execute("DELETE FROM image WHERE hash = %s", (forgotten,))
            put = begin()
            await until_blocked(database, put)
            assert not put.done()
        assert (await put).status_code == 200
        assert is_stored(database, forgotten)

    async def test_nothing_is_named_that_is_not_there(self, client, database, images):
        """Many things change their pictures for ones that others leave, and tidying goes on."""
        files = [picture(size=(30 + n, 40)) for n in range(3)]
        headers = as_clerk(database)
        urls = [f"/api/v1/products/{product(database).code}/image" for _ in range(4)]

        async def restless(place):
            for turn in range(6):
                file = files[(place + turn) % 3]
                answer = await client.put(urls[place], content=file, headers=headers)
                assert answer.status_code == 200, answer.text
                answer = await client.delete(urls[place], headers=headers)
                assert answer.status_code == 204, answer.text

        async def tidying():
            while True:
                await images.delete_unnamed(3)

        tidy = asyncio.create_task(tidying())
        await asyncio.gather(*(restless(place) for place in range(4)))
        assert not tidy.done()
        tidy.cancel()
        await asyncio.gather(tidy, return_exceptions=True)


async def test_what_is_refused_leaves_nothing_behind(client, database, file):
    headers = as_clerk(database) | {"If-Match": '"v9"'}
    url = f"/api/v1/products/{product(database).code}/image"
    assert (await client.put(url, content=file, headers=headers)).status_code == 412
    assert not is_stored(database, render(file).hash)
    assert rows(database, "SELECT FROM product WHERE image = %(h)s", h=render(file).hash) == []
