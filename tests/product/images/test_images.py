"""Images over HTTP: given to products and categories, and read by everybody."""

import asyncio

import pytest

from app.core.web.bodies import FILE_BODY
from tests.builders import (
    as_clerk,
    as_customer,
    category,
    clerk,
    product,
    rows,
    stored_image,
    unique,
    value,
)
from tests.support.pictures import opened, picture

MAKE = {"products": product, "categories": category}
PATHS = ("small", "medium", "large")
each_kind = pytest.mark.parametrize("kind", MAKE)


@pytest.fixture
def thing(database, kind):
    """A product or a category without an image."""
    return MAKE[kind](database)


@pytest.fixture
def url(thing, kind):
    return f"/api/v1/{kind}/{thing.code}"


def stored(database, hash_):
    return value(database, "SELECT count(*) FROM image WHERE hash = %(hash)s", hash=hash_)


def hash_in(answer):
    """Return the hash in a thing's JSON, None where it has no image."""
    image = answer.json()["image"]
    return image and image["large"].split("/")[-2]


@each_kind
class TestPut:
    async def test_anonymous_missing_and_forbidden(self, client, database, kind, url):
        file = picture()
        assert (await client.put(f"{url}/image", content=file)).status_code == 401
        headers = as_customer(database)
        answer = await client.put(f"{url}/image", content=file, headers=headers)
        assert answer.status_code == 403
        nowhere = f"/api/v1/{kind}/{unique()}/image"
        answer = await client.put(nowhere, content=file, headers=as_clerk(database))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
    async def test_good(self, client, database, url, form):
        before = (await client.get(url)).json()
        assert before["image"] is None
        answer = await client.put(
            f"{url}/image", content=picture(form, (1300, 900)), headers=as_clerk(database)
        )
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"v2"')
        after = (await client.get(url)).json()
        assert answer.json() == after
        unlike = {name for name in before if before[name] != after[name]}
        assert unlike == {"image", "version", "updated_at"}
        made = hash_in(answer)
        assert after["image"] == {size: f"/api/v1/images/{made}/{size}" for size in PATHS}
        shapes = [opened((await client.get(after["image"][size])).content).size for size in PATHS]
        assert shapes == [(160, 111), (480, 332), (1200, 831)]

    @pytest.mark.parametrize("said", [None, "image/png", "application/json", "text/plain"])
    async def test_what_it_is_its_content_tells(self, client, database, url, said):
        headers = as_clerk(database) | ({"Content-Type": said} if said else {})
        answer = await client.put(f"{url}/image", content=picture("JPEG"), headers=headers)
        assert answer.status_code == 200

    async def test_is_audited(self, client, database, kind, thing, url):
        by = clerk(database)
        for file in (picture(), picture(size=(20, 20))):
            await client.put(f"{url}/image", content=file, headers=by.headers)
        await client.delete(f"{url}/image", headers=by.headers)
        name = {"products": "product", "categories": "category"}[kind]
        found = rows(
            database,
            "SELECT login_id, action, detail FROM audit_log WHERE subject = %(it)s ORDER BY id",
            it=f"{name}:{thing.code}",
        )
        assert {(row.login_id, row.action) for row in found} == {(by.login_id, f"{name}.updated")}
        steps = [row.detail["image"] for row in found]
        assert [step["old"] for step in steps[1:]] == [step["new"] for step in steps[:-1]]
        assert (steps[0]["old"], steps[-1]["new"], len(steps)) == (None, None, 3)

    async def test_the_same_picture_is_no_change(self, client, database, url):
        for _ in range(2):
            answer = await client.put(f"{url}/image", content=picture(), headers=as_clerk(database))
            assert answer.headers["ETag"] == '"v2"'

    async def test_another_version_than_was_seen(self, client, database, url):
        headers = as_clerk(database) | {"If-Match": '"v7"'}
        file = picture(size=(77, 31))
        answer = await client.put(f"{url}/image", content=file, headers=headers)
        assert (answer.status_code, answer.headers["ETag"]) == (412, '"v1"')
        assert hash_in(await client.get(url)) is None
        answer = await client.put(
            f"{url}/image", content=file, headers=headers | {"If-Match": '"v1"'}
        )
        assert answer.status_code == 200

    async def test_what_was_read_as_large_is_taken_as_it_is(self, client, database, kind, url):
        """A WebP that is made anew would be another one."""
        headers = as_clerk(database)
        answer = await client.put(f"{url}/image", content=picture(), headers=headers)
        large = await client.get(answer.json()["image"]["large"])
        other = f"/api/v1/{kind}/{MAKE[kind](database).code}/image"
        copied = await client.put(other, content=large.content, headers=headers)
        assert copied.json()["image"] == answer.json()["image"]

    async def test_a_file_that_is_too_long_is_refused(self, client, database, url):
        file = picture("JPEG").ljust(FILE_BODY + 1)
        answer = await client.put(f"{url}/image", content=file, headers=as_clerk(database))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    async def test_the_longest_is_read(self, client, database, url):
        file = picture("JPEG").ljust(FILE_BODY)
        answer = await client.put(f"{url}/image", content=file, headers=as_clerk(database))
        assert answer.status_code == 200

    async def test_many_at_once(self, client, database, kind):
        headers = as_clerk(database)
        urls = [f"/api/v1/{kind}/{MAKE[kind](database).code}/image" for _ in range(6)]
        file = picture(size=(63, 64))
        answers = await asyncio.gather(
            *(client.put(each, content=file, headers=headers) for each in urls)
        )
        (hash_,) = {hash_in(answer) for answer in answers}
        assert stored(database, hash_) == 1


@each_kind
class TestDelete:
    async def test_anonymous_missing_and_forbidden(self, client, database, kind, url):
        assert (await client.delete(f"{url}/image")).status_code == 401
        headers = as_customer(database)
        assert (await client.delete(f"{url}/image", headers=headers)).status_code == 403
        nowhere = f"/api/v1/{kind}/{unique()}/image"
        assert (await client.delete(nowhere, headers=as_clerk(database))).status_code == 404

    async def test_good_and_once_more(self, client, database, url):
        headers = as_clerk(database)
        await client.put(f"{url}/image", content=picture(), headers=headers)
        for _ in range(2):
            answer = await client.delete(f"{url}/image", headers=headers)
            assert (answer.status_code, answer.content) == (204, b"")
            found = (await client.get(url)).json()
            assert (found["image"], found["version"]) == (None, 3)

    async def test_another_version_than_was_seen(self, client, database, url):
        headers = as_clerk(database)
        await client.put(f"{url}/image", content=picture(), headers=headers)
        answer = await client.delete(f"{url}/image", headers=headers | {"If-Match": '"v1"'})
        assert answer.status_code == 412
        assert hash_in(await client.get(url))


@each_kind
async def test_a_change_of_something_else_leaves_it(client, database, url):
    headers = as_clerk(database)
    put = await client.put(f"{url}/image", content=picture(), headers=headers)
    changed = await client.patch(url, json={"name": "Otherwise"}, headers=headers)
    assert hash_in(changed) == hash_in(put)
    for body in ({"image": None}, {"image": put.json()["image"]}):
        assert (await client.patch(url, json=body, headers=headers)).status_code == 422


async def test_lists_say_it_too(client, database):
    image = stored_image(database).hash
    kind = category(database, image=image, name="!! shown in the list")
    product(database, category=kind, image=image)
    product(database, category=kind)
    found = await client.get("/api/v1/products", params={"category": kind.code})
    paths = {size: f"/api/v1/images/{image}/{size}" for size in PATHS}
    assert sorted((item["image"] for item in found.json()["items"]), key=str) == [None, paths]
    found = await client.get("/api/v1/categories", params={"limit": 100})
    assert [i["image"] for i in found.json()["items"] if i["code"] == kind.code] == [paths]


class TestRead:
    @pytest.mark.parametrize("size", PATHS)
    async def test_anybody_may_and_keep_it_for_good(self, client, database, size):
        made = stored_image(database)
        answer = await client.get(f"/api/v1/images/{made.hash}/{size}")
        assert (answer.status_code, answer.content) == (200, bytes(getattr(made, size)))
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["ETag"] == f'"{made.hash}-{size}"'

    async def test_whoever_has_it_is_not_sent_it_again(self, client, database):
        url = f"/api/v1/images/{stored_image(database).hash}/small"
        first = await client.get(url)
        for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}", "*"):
            again = await client.get(url, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == first.headers["ETag"]
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        other = first.headers["ETag"].replace("small", "large")
        assert (await client.get(url, headers={"If-None-Match": other})).content == first.content

    async def test_head(self, client, database):
        url = f"/api/v1/images/{stored_image(database).hash}/medium"
        head, whole = await client.head(url), await client.get(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole.content))

    @pytest.mark.parametrize("tags", [{}, {"If-None-Match": "*"}])
    async def test_missing(self, client, database, tags):
        made = stored_image(database).hash
        for path in (
            f"{'0' * 64}/small",
            f"{made.upper()}/small",
            f"{made}/huge",
            f"{made}",
            "a/small",
        ):
            answer = await client.get(f"/api/v1/images/{path}", headers=tags)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
