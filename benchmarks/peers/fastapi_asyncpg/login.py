"""Logging in."""

import json
from datetime import timedelta
from typing import Any

from benchmarks.peers.fastapi_asyncpg.sql import logins
from benchmarks.peers.fastapi_shop.inputs import Credentials
from benchmarks.peers.fastapi_shop.keys import (
    AttemptKeys,
    Passwords,
    hash_token,
    new_session_token,
    printable,
)
from benchmarks.peers.fastapi_shop.problems import Problem, bad_credentials
from benchmarks.peers.observed import Settings


class Logins:
    """Opens sessions. No connection is held while a password is verified."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = AttemptKeys(settings.secret)
        self._passwords = Passwords()

    async def sign_in(self, pool: Any, given: Credentials, address: str, user_agent: str) -> str:
        """Return the JSON of a new session. Raises Problem (401, 429)."""
        wait = self._settings.acquire_timeout
        async with pool.acquire(timeout=wait) as connection:
            account = await connection.fetchrow(logins.ACCOUNT, given.email)
            key = self._keys.account(account["email"] if account else given.email)
            await self._count(connection, address, key)
        hash_ = account["password_hash"] if account else None
        right = await self._passwords.verify(hash_, given.password)
        if not (account and right and account["active"]):
            raise bad_credentials()
        renewed = await self._passwords.renewed(account["password_hash"], given.password)
        async with pool.acquire(timeout=wait) as connection:
            await connection.execute(logins.FORGET_ATTEMPTS, key)
            if renewed:
                await connection.execute(
                    logins.REHASH, account["id"], account["password_hash"], renewed
                )
            return await self._open(connection, account, user_agent)

    async def _count(self, connection: Any, address: str, account: bytes) -> None:
        bounds = {
            self._keys.address(address): self._settings.attempts_per_address,
            account: self._settings.attempts_per_account,
        }
        window = timedelta(minutes=self._settings.attempts_window_minutes)
        counted = await connection.fetch(logins.COUNT_ATTEMPTS, sorted(bounds), window)
        waits = [wait for key, tries, wait in counted if tries > bounds[key]]
        if waits:
            headers = {"Retry-After": str(max(1, *waits))}
            raise Problem(429, "Tried too often. Wait, then try again.", headers=headers)

    async def _open(self, connection: Any, account: Any, user_agent: str) -> str:
        settings = self._settings
        lifetime = (
            timedelta(days=settings.customer_session_days)
            if account["role"] == "customer"
            else timedelta(hours=settings.session_hours)
        )
        token = new_session_token()
        opened = await connection.fetchrow(
            logins.OPEN_SESSION,
            account["id"],
            account["password_changed_at"],
            hash_token(token),
            printable(user_agent),
            lifetime,
        )
        if opened is None:
            raise bad_credentials()
        user = {"email": account["email"], "role": account["role"], "name": opened[1]}
        return json.dumps({"token": token, "expires_at": opened[0], "user": user})
