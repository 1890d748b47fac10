"""The bound on tries: by account and by address, in windows, shared by all workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from app.login.attempts.service import network_of
from tests.builders import (
    PASSWORD,
    admin,
    bearer,
    clerk,
    customer,
    rows,
    session,
    unique,
    value,
)
from tests.support.clients import client_at, shop_with

LOGIN = "/api/v1/login"
PER_ACCOUNT, ANYWHERE, PER_ADDRESS = 3, 4, 6


@pytest.fixture
async def strict(fresh_database, make_settings) -> AsyncIterator[Any]:
    """A shop with low bounds, on a database of its own."""
    limits = {
        "attempts_per_account": PER_ACCOUNT,
        "attempts_per_account_anywhere": ANYWHERE,
        "attempts_per_address": PER_ADDRESS,
    }
    async with shop_with(make_settings(fresh_database, security=limits)) as started:
        yield started


async def sign_in(client: httpx.AsyncClient, email: str, password: str = "wrong") -> httpx.Response:
    return await client.post(LOGIN, json={"email": email, "password": password})


async def statuses(client: httpx.AsyncClient, email: str, times: int) -> list[int]:
    return [(await sign_in(client, email)).status_code for _ in range(times)]


def end_windows(database: Any) -> None:
    rows(database, "UPDATE attempt SET window_ends_at = now()")


def let_pass(database: Any, seconds: int) -> None:
    """Make all that was counted as old as it will be then."""
    past = "UPDATE attempt SET window_ends_at = window_ends_at - make_interval(secs => %(seconds)s)"
    rows(database, past, seconds=seconds)


async def strangers(shop: Any, email: str, times: int) -> list[int]:
    """Try a wrong password once from each of so many networks."""
    answers = []
    for _ in range(times):
        async with client_at(shop) as client:
            answers += await statuses(client, email, 1)
    return answers


class TestByAccount:
    async def test_above_the_bound_even_the_right_password_is_refused(
        self, strict, fresh_database
    ) -> None:
        known = clerk(fresh_database)
        async with client_at(strict) as client:
            assert await statuses(client, known.email, PER_ACCOUNT) == [401] * PER_ACCOUNT
            # In another case too.
            answer = await sign_in(client, known.email.upper(), PASSWORD)
        assert answer.status_code == 429
        assert answer.json()["code"] == "too_many_requests"
        assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60

    async def test_a_stranger_locks_out_nobody_but_himself(self, strict, fresh_database) -> None:
        known = admin(fresh_database)
        async with client_at(strict) as client:
            await statuses(client, known.email, PER_ACCOUNT + 10)
        async with client_at(strict) as elsewhere:
            assert (await sign_in(elsewhere, known.email, PASSWORD)).status_code == 201

    async def test_letters_that_only_postgresql_folds_are_no_way_around(
        self, strict, fresh_database
    ) -> None:
        known = clerk(fresh_database, email="iris@shop.example")
        async with client_at(strict) as client:
            # PostgreSQL makes the dotted capital an i, Python an i and a dot.
            answers = await statuses(client, "\u0130r\u0130s@shop.example", PER_ACCOUNT)
            answers += await statuses(client, known.email, 1)
        assert answers[-1] == 429

    async def test_an_account_that_does_not_exist_is_bounded_alike(self, strict) -> None:
        async with client_at(strict) as client:
            answers = await statuses(client, "nobody@shop.example", PER_ACCOUNT + 1)
        assert answers == [401] * PER_ACCOUNT + [429]

    async def test_other_accounts_are_not_touched(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        async with client_at(strict) as client:
            await statuses(client, "nobody@shop.example", PER_ACCOUNT + 1)
            answer = await sign_in(client, known.email, PASSWORD)
        assert answer.status_code == 201

    async def test_signing_in_begins_the_count_anew(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        async with client_at(strict) as client:
            for _ in range(2):
                assert await statuses(client, known.email, PER_ACCOUNT - 1) == [401, 401]
                assert (await sign_in(client, known.email, PASSWORD)).status_code == 201

    async def test_ends_with_its_window(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        async with client_at(strict) as client:
            assert (await statuses(client, known.email, PER_ACCOUNT + 1))[-1] == 429
            end_windows(fresh_database)
            answer = await sign_in(client, known.email, PASSWORD)
        assert answer.status_code == 201

    async def test_refused_tries_do_not_make_the_window_longer(
        self, strict, fresh_database
    ) -> None:
        end = "SELECT array_agg(window_ends_at ORDER BY key) FROM attempt"
        async with client_at(strict) as client:
            await statuses(client, "nobody@shop.example", 1)
            first = value(fresh_database, end)
            await statuses(client, "nobody@shop.example", PER_ACCOUNT)
        assert value(fresh_database, end) == first

    async def test_the_password_can_be_changed_meanwhile(self, strict, fresh_database) -> None:
        known = admin(fresh_database)
        await strangers(strict, known.email, ANYWHERE + 2)
        stolen = session(fresh_database, known.login_id)
        change = {"current_password": "wrong", "new_password": "seven green apples a day"}
        async with client_at(strict, headers=bearer(stolen.token)) as thief:
            for _ in range(PER_ACCOUNT + 1):
                await thief.put(f"{LOGIN}/password", json=change)
        change["current_password"] = PASSWORD
        async with client_at(strict, headers=known.headers) as owner:
            assert (await owner.put(f"{LOGIN}/password", json=change)).status_code == 204

    async def test_guessing_the_present_password_is_bounded(self, strict, fresh_database) -> None:
        known = customer(fresh_database)
        change = {"current_password": "wrong", "new_password": "seven green apples a day"}
        async with client_at(strict, headers=known.headers) as client:
            answers = [
                (await client.put(f"{LOGIN}/password", json=change)).status_code
                for _ in range(PER_ACCOUNT + 1)
            ]
        assert answers == [422] * PER_ACCOUNT + [429]


class TestAnywhere:
    async def test_many_networks_have_to_wait_longer_each_time(
        self, strict, fresh_database
    ) -> None:
        known = clerk(fresh_database)
        assert await strangers(strict, known.email, ANYWHERE + 2) == [401] * ANYWHERE + [429] * 2
        pauses = []
        for _ in range(7):
            async with client_at(strict) as client:
                # What is refused is refused whatever it is, and makes no pause longer.
                for password in ("wrong", PASSWORD):
                    answer = await sign_in(client, known.email, password)
                    assert answer.status_code == 429
                pauses.append(int(answer.headers["Retry-After"]))
                let_pass(fresh_database, pauses[-1])
                assert await statuses(client, known.email, 1) == [401]
        # A slow machine has waited for a part of it already.
        for pause, whole in zip(pauses, [15, 30, 60, 120, 240, 450, 450], strict=True):
            assert whole - 10 < pause <= whole

    async def test_but_not_one_that_logged_in_before(self, strict, fresh_database) -> None:
        known = admin(fresh_database)
        async with client_at(strict) as home, client_at(strict) as new:
            assert (await sign_in(home, known.email, PASSWORD)).status_code == 201
            assert (await strangers(strict, known.email, ANYWHERE + 1))[-1] == 429
            assert (await sign_in(new, known.email, PASSWORD)).status_code == 429
            assert (await sign_in(home, known.email, PASSWORD)).status_code == 201
            # For so long as the shop knows it.
            let_pass(fresh_database, 91 * 24 * 3600)
            assert (await strangers(strict, known.email, ANYWHERE + 1))[-1] == 429
            assert (await sign_in(home, known.email, PASSWORD)).status_code == 429

    async def test_it_is_over_a_window_after_the_last_try(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        assert (await strangers(strict, known.email, ANYWHERE + 1))[-1] == 429
        let_pass(fresh_database, 15 * 60)
        assert await strangers(strict, known.email, ANYWHERE) == [401] * ANYWHERE

    async def test_an_account_that_does_not_exist_is_bounded_alike(self, strict) -> None:
        answers = await strangers(strict, "nobody@shop.example", ANYWHERE + 1)
        assert answers == [401] * ANYWHERE + [429]

    async def test_of_many_at_once_no_more_get_through(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        answers = await asyncio.gather(
            *(strangers(strict, known.email, 1) for _ in range(ANYWHERE + 4))
        )
        assert answers.count([401]) == ANYWHERE


class TestByAddress:
    async def test_what_a_client_says_of_its_address_changes_nothing(
        self, fresh_database, make_settings
    ) -> None:
        limits = {"attempts_per_account": 100, "attempts_per_address": PER_ADDRESS}
        http = {"gateways": ["10.0.0.9"]}
        settings = make_settings(fresh_database, security=limits, http=http)
        async with shop_with(settings) as started:
            for peer, last in (("10.0.0.8", 429), ("10.0.0.9", 401)):
                async with client_at(started, peer) as client:
                    for number in range(PER_ADDRESS + 1):
                        client.headers["X-Forwarded-For"] = f"192.0.2.{number}"
                        answers = await statuses(client, f"{unique()}@shop.example", 1)
                assert answers == [last]

    async def test_many_accounts_from_one_address_are_refused(self, strict, fresh_database) -> None:
        known = clerk(fresh_database)
        async with client_at(strict) as client:
            for _ in range(PER_ADDRESS):
                assert await statuses(client, f"{unique()}@shop.example", 1) == [401]
            assert (await sign_in(client, known.email, PASSWORD)).status_code == 429
        async with client_at(strict) as elsewhere:
            assert (await sign_in(elsewhere, known.email, PASSWORD)).status_code == 201

    async def test_what_a_client_says_of_its_address_is_not_believed(self, strict) -> None:
        async with client_at(strict) as client:
            answers = []
            for number in range(PER_ADDRESS + 1):
                body = {"email": f"{unique()}@shop.example", "password": "wrong"}
                headers = {
                    "X-Forwarded-For": f"10.9.8.{number}",
                    "Forwarded": f"for=10.9.8.{number}",
                }
                answers.append((await client.post(LOGIN, json=body, headers=headers)).status_code)
        assert answers == [401] * PER_ADDRESS + [429]

    async def test_registrations_are_bounded_by_a_count_of_their_own(self, strict) -> None:
        async with client_at(strict) as client:
            answers = []
            for _ in range(PER_ADDRESS + 1):
                body = {
                    "email": f"{unique()}@shop.example",
                    "name": "Anna",
                    "password": "seven green apples a day",
                }
                answers.append((await client.post("/api/v1/customers", json=body)).status_code)
            assert answers == [201] * PER_ADDRESS + [429]
            assert await statuses(client, "nobody@shop.example", 1) == [401]

    @pytest.mark.parametrize(
        ("address", "counted"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("::1", "::/64"),
            ("unknown", "unknown"),
        ],
    )
    def test_an_ipv6_network_counts_as_one(self, address, counted) -> None:
        assert network_of(address) == counted


class TestTogether:
    async def test_two_workers_share_the_count_and_lose_none(
        self, strict, fresh_database, make_settings
    ) -> None:
        limits = {"attempts_per_account": PER_ACCOUNT, "attempts_per_address": 100}
        async with AsyncExitStack() as stack:
            second = await stack.enter_async_context(
                shop_with(make_settings(fresh_database, security=limits))
            )
            clients = [
                await stack.enter_async_context(client_at(shop, "192.0.2.7"))
                for shop in (strict, second)
            ]
            answers = await asyncio.gather(
                *(sign_in(clients[n % 2], "nobody@shop.example") for n in range(8))
            )
        refused = [answer.status_code for answer in answers].count(429)
        assert refused == 8 - PER_ACCOUNT
        assert value(fresh_database, "SELECT max(tries) FROM attempt") == 8

    async def test_nothing_readable_is_kept(self, strict, fresh_database) -> None:
        async with client_at(strict, "192.0.2.77") as client:
            await statuses(client, "nobody@shop.example", 1)
        kept = bytes(value(fresh_database, "SELECT string_agg(key, '') FROM attempt"))
        assert b"nobody" not in kept
        assert b"192.0.2.77" not in kept
        assert value(fresh_database, "SELECT count(*) FROM attempt") == 3
