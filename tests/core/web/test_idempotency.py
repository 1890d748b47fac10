import asyncio
import uuid

import httpx
import pytest

from app.core.database import Manager, PooledPostgresqlDatabase, TransactionConflict
from app.core.serving.asgi import WsgiToAsgi
from app.core.web import Conflict, Invalid
from app.core.web.idempotency import Answer, idempotent, once, request_identity
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.security import allow
from app.core.wiring import provide
from tests.core.toy import bearer, make_toy

COUNT = "SELECT count(*) FROM idempotency_key WHERE key = %(key)s"


@pytest.fixture(scope="module")
async def manager(database):
    pool = PooledPostgresqlDatabase()
    pool.init(database.app_url, pool_size=4)
    await pool.open()
    yield Manager(pool)
    await pool.close()


@pytest.fixture
def identity():
    """One request; other tests have other keys."""
    return {
        "principal_key": "login:1",
        "route": "POST /things",
        "key": uuid.uuid4().hex,
        "request": b'{"a":1}',
    }


class Work:
    """Does something that can be counted, also in the database: it stores a row of its own."""

    def __init__(self, manager, status=201):
        self.manager, self.status, self.done = manager, status, 0
        self.trace = uuid.uuid4().hex

    async def __call__(self):
        self.done += 1
        await self.manager.run(
            "INSERT INTO idempotency_key (principal, route, key, request_hash, status, headers, body)"
            " VALUES ('trace', %(trace)s, %(key)s, sha256(''), 200, '{}', '')",
            trace=uuid.uuid4().hex,
            key=self.trace,
        )
        body = f'{{"done":{self.done},"ż":"%s"}}'.encode()
        return Answer(self.status, body, {"Location": f"/things/{self.done}"})

    async def stored(self):
        return await self.manager.fetch_value(COUNT, key=self.trace)


class TestOnce:
    async def test_the_second_time_gives_the_first_answer(self, manager, identity):
        work = Work(manager)
        first = await once(manager, work=work, **identity)
        second = await once(manager, work=work, **identity)
        assert (work.done, await work.stored()) == (1, 1)
        assert first == Answer(201, '{"done":1,"ż":"%s"}'.encode(), {"Location": "/things/1"})
        assert (second.status, second.body) == (first.status, first.body)
        assert second.headers == {"Location": "/things/1", "Idempotency-Replayed": "true"}
        assert second.response().headers["Idempotency-Replayed"] == "true"
        assert second.response().status_code == 201

    async def test_without_a_key_each_time_is_the_first(self, manager, identity):
        work = Work(manager)
        for _ in range(2):
            await once(manager, work=work, **{**identity, "key": None})
        assert (work.done, await work.stored()) == (2, 2)

    @pytest.mark.parametrize(
        "other",
        [{"principal_key": "login:2"}, {"route": "POST /others"}, {"key": uuid.uuid4().hex}],
        ids=lambda other: next(iter(other)),
    )
    async def test_another_principal_route_or_key_is_another_request(
        self, manager, identity, other
    ):
        work = Work(manager)
        await once(manager, work=work, **identity)
        answer = await once(manager, work=work, **{**identity, **other})
        assert work.done == 2
        assert "Idempotency-Replayed" not in answer.headers

    async def test_another_body_is_422(self, manager, identity):
        work = Work(manager)
        await once(manager, work=work, **identity)
        with pytest.raises(Invalid) as caught:
            await once(manager, work=work, **{**identity, "request": b'{"a":2}'})
        assert caught.value.code == "idempotency_mismatch"
        assert work.done == 1

    async def test_what_fails_is_not_kept_and_leaves_nothing(self, manager, identity):
        work = Work(manager)

        async def fail():
            await work()
            raise Conflict

        for _ in range(2):
            with pytest.raises(Conflict):
                await once(manager, work=fail, **identity)
        assert (work.done, await work.stored()) == (2, 0)
        assert (await once(manager, work=work, **identity)).status == 201

    @pytest.mark.parametrize("status", [302, 404, 409, 500])
    async def test_answers_that_are_no_success_are_not_kept(self, manager, identity, status):
        work = Work(manager, status)
        for _ in range(2):
            assert (await once(manager, work=work, **identity)).status == status
        assert work.done == 2

    async def test_one_statement_needs_no_transaction_but_to_keep_its_answer(
        self, manager, identity
    ):
        within = []

        async def work():
            # In no transaction of its own, each statement has another one.
            query = "SELECT pg_current_xact_id()::text"
            first, second = await manager.fetch_value(query), await manager.fetch_value(query)
            within.append(first == second)
            return Answer(200, b"{}")

        for key in (None, identity["key"]):
            await once(manager, work=work, one_statement=True, **{**identity, "key": key})
        assert within == [False, True]

    async def test_one_statement_that_collided_is_tried_again(self, manager, identity):
        done = []

        async def work():
            done.append(await manager.fetch_value("SELECT 1"))
            if len(done) < 3:
                raise TransactionConflict
            return Answer(200, b"{}")

        answer = await once(manager, work=work, one_statement=True, **{**identity, "key": None})
        assert (answer.status, len(done)) == (200, 3)

    async def test_while_the_first_runs_the_second_is_told_so(self, manager, identity):
        begun, release = asyncio.Event(), asyncio.Event()

        async def slow():
            begun.set()
            await release.wait()
            return Answer(200, b"{}")

        first = asyncio.create_task(once(manager, work=slow, **identity))
        await asyncio.wait_for(begun.wait(), 10)
        with pytest.raises(Conflict) as caught:
            await asyncio.wait_for(once(manager, work=slow, **identity), 10)
        release.set()
        assert caught.value.code == "in_progress"
        assert caught.value.headers["Retry-After"] == "1"
        assert (await first).status == 200
        assert (await once(manager, work=slow, **identity)).headers["Idempotency-Replayed"]

    async def test_of_many_at_once_one_does_it(self, manager, identity):
        work = Work(manager)
        answers = await asyncio.gather(
            *(once(manager, work=work, **identity) for _ in range(20)), return_exceptions=True
        )
        assert (work.done, await work.stored()) == (1, 1)
        for answer in answers:
            assert isinstance(answer, Answer) or answer.code == "in_progress"

    @pytest.mark.parametrize("key", ["", "a b", "a\n", "ż", "a\0", "x" * 201, "\x7f"])
    async def test_wrong_keys_are_422(self, manager, identity, key):
        work = Work(manager)
        with pytest.raises(Invalid) as caught:
            await once(manager, work=work, **{**identity, "key": key})
        assert caught.value.errors[0].pointer == "/header/Idempotency-Key"
        assert work.done == 0

    @pytest.mark.parametrize("key", ["!", "x" * 200, "~'\"%s;--"])
    async def test_any_visible_ascii_is_a_key(self, manager, identity, key):
        route = f"POST /{uuid.uuid4()}"
        work = Work(manager)
        for _ in range(2):
            await once(manager, work=work, **{**identity, "key": key, "route": route})
        assert work.done == 1


class TestIdempotentViews:
    @pytest.fixture
    def toy(self, manager):
        app = make_toy()
        app.filled = []
        provide(app, manager)

        @app.post("/boxes/<name>")
        @allow("catalogue:write")
        @describe(409)
        @idempotent
        async def fill(name):
            app.filled.append(name)
            key = uuid.uuid4().hex
            await manager.run(
                "INSERT INTO idempotency_key (principal, route, key, request_hash, status, headers, body)"
                " VALUES ('trace', %(trace)s, %(key)s, sha256(''), 200, '{}', '')",
                trace=name,
                key=key,
            )
            if name == "full" and len(app.filled) == 1:
                raise Conflict
            return json_response({"key": key}, 201, {"Location": f"/boxes/{key}", "ETag": '"v1"'})

        return app

    @pytest.fixture
    def post(self, toy):
        async def ask(path, key=None):
            headers = bearer("clerk") | ({"Idempotency-Key": key} if key else {})
            transport = httpx.ASGITransport(app=WsgiToAsgi(toy))
            async with httpx.AsyncClient(transport=transport, base_url="http://toy.test") as client:
                return await client.post(path, headers=headers)

        return ask

    async def test_do_once_what_they_do(self, toy, post):
        key = uuid.uuid4().hex
        first, second = await post("/boxes/a", key), await post("/boxes/a", key)
        assert toy.filled == ["a"]
        assert (first.status_code, first.content) == (second.status_code, second.content)
        for name in ("Location", "ETag", "Content-Type", "Content-Length"):
            assert first.headers[name] == second.headers[name]
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"

    async def test_do_it_each_time_without_a_key(self, toy, post):
        answers = [await post("/boxes/a"), await post("/boxes/a")]
        assert toy.filled == ["a", "a"]
        assert len({answer.content for answer in answers}) == 2

    async def test_that_fail_leave_nothing_and_may_be_asked_again(self, manager, toy, post):
        key = uuid.uuid4().hex
        assert (await post("/boxes/full", key)).status_code == 409
        query = "SELECT count(*) FROM idempotency_key WHERE principal = 'trace' AND route = 'full'"
        assert await manager.fetch_value(query) == 0
        assert (await post("/boxes/full", key)).status_code == 201
        assert await manager.fetch_value(query) == 1

    async def test_are_described(self, toy):
        (post,) = toy.spec["paths"]["/boxes/{name}"].values()
        assert "Idempotency-Key" in {parameter["name"] for parameter in post["parameters"]}


class TestRequestIdentity:
    def test_is_who_what_where_and_which(self):
        app, seen = make_toy(), []

        @app.post("/boxes/<name>")
        @allow("catalogue:write")
        async def fill(name):
            seen.append(request_identity())
            return ""

        client = app.test_client()
        headers = {"Idempotency-Key": "k", **bearer("clerk")}
        client.post("/boxes/a", headers=headers, data=b"body")
        client.post("/boxes/b", headers=bearer("clerk"))
        assert seen == [
            {"principal_key": "login:7", "route": "POST /boxes/a", "key": "k", "request": b"body"},
            {"principal_key": "login:7", "route": "POST /boxes/b", "key": None, "request": b""},
        ]
