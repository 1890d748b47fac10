"""Logging in: tries counted, the password verified off the event loop, a session opened."""

import asyncio
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from peewee import EXCLUDED, JOIN, Case, fn

from app.login.strength import normalized
from benchmarks.peers.peewee_shop.database import in_transaction, settings
from benchmarks.peers.peewee_shop.models import Attempt, Customer, Login, Session, Staff
from benchmarks.peers.peewee_shop.problems import Problem, unauthenticated
from benchmarks.peers.peewee_shop.rendering import moment
from benchmarks.peers.peewee_shop.schemas import Credentials
from benchmarks.peers.peewee_shop.security import SESSION_TOKEN, hash_token

# Of a password that nobody knows: an unknown address takes as long as a wrong password.
DUMMY_HASH = (
    "$argon2id$v=19$m=47104,t=1,p=1$"
    "y1YIuaOSjfzPXomQqMGwMQ$54dKvNiQdFzVYbd10l2mtBoL4NVo52omT1RXIY4W/h0"
)

_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
_threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_key = hashlib.sha256(b"attempt:" + settings.secret).digest()


async def sign_in(credentials: Credentials, address: str, user_agent: str) -> dict[str, Any]:
    """Open a session for who knows the password, and return its JSON. Raises Problem."""
    email, password = credentials.email, credentials.password
    account = await Login.aio_get_or_none(fn.lower(Login.email) == fn.lower(email))
    counted = (account.email if account else email).lower()
    tried = {
        _digest("address", address): settings.attempts_per_address,
        _digest("account", counted): settings.attempts_per_account,
    }
    await _count(tried)
    known = account.password_hash if account else DUMMY_HASH
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, _verify, known, normalized(password))
    if not (account and right and account.active):
        raise _bad_credentials()
    await Attempt.delete().where(Attempt.key == _digest("account", counted)).aio_execute()
    if _hasher.check_needs_rehash(known):
        await _rehash(account, password)
    return await _open(account, "".join(c for c in user_agent if c.isprintable())[:200])


def _digest(*parts: str) -> bytes:
    return hmac.digest(_key, "\0".join(parts).encode(), "sha256")


def _verify(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _bad_credentials() -> Problem:
    return unauthenticated("The e-mail address or the password is wrong.", "bad_credentials")


async def _count(bounds: dict[bytes, int]) -> None:
    """Count a try under each key; raise Problem above a bound."""
    ends = fn.now() + timedelta(minutes=settings.attempts_window_minutes)
    runs = Attempt.window_ends_at > fn.now()
    # Sorted, so that two requests that count the same two lock them in the same order.
    rows = [{"key": key, "tries": 1, "window_ends_at": ends} for key in sorted(bounds)]
    counted = await (
        Attempt.insert_many(rows)
        .on_conflict(
            conflict_target=[Attempt.key],
            update={
                Attempt.tries: Case(None, [(runs, Attempt.tries + 1)], 1),
                Attempt.window_ends_at: Case(
                    None, [(runs, Attempt.window_ends_at)], EXCLUDED.window_ends_at
                ),
            },
        )
        .returning(
            Attempt.key,
            Attempt.tries,
            fn.ceil(fn.date_part("epoch", Attempt.window_ends_at - fn.now())).alias("wait"),
        )
        .aio_execute()
    )
    waits = [int(row.wait) for row in counted if row.tries > bounds[row.key]]
    if waits:
        wait = {"Retry-After": str(max(1, *waits))}
        raise Problem(429, "Tried too often. Wait, then try again.", headers=wait)


async def _rehash(account: Any, password: str) -> None:
    loop = asyncio.get_running_loop()
    new = await loop.run_in_executor(_threads, _hasher.hash, normalized(password))
    await (
        Login.update(password_hash=new)
        .where(Login.id == account.id, Login.password_hash == account.password_hash)
        .aio_execute()
    )


async def _open(account: Any, user_agent: str) -> dict[str, Any]:
    token = SESSION_TOKEN + secrets.token_urlsafe(32)
    customer = account.role == "customer"
    lifetime = (
        timedelta(days=settings.customer_session_days)
        if customer
        else timedelta(hours=settings.session_hours)
    )

    async def work() -> tuple[Any, str]:
        # Shared: it waits for a change of the password, and then finds that it is another one.
        same = Login.password_changed_at == account.password_changed_at
        verified = Login.select(Login.id).where(Login.id == account.id, Login.active, same)
        if await verified.for_update("FOR SHARE").aio_first() is None:
            raise _bad_credentials()
        (session,) = await (
            Session.insert(
                login=account,
                token_hash=hash_token(token),
                user_agent=user_agent,
                expires_at=fn.now() + lifetime,
            )
            .returning(Session.expires_at)
            .aio_execute()
        )
        return session.expires_at, await _name(account)

    expires_at, name = await in_transaction(work)
    user = {"email": account.email, "role": account.role, "name": name}
    return {"token": token, "expires_at": moment(expires_at), "user": user}


async def _name(account: Any) -> str:
    name: str = await (
        Login.select(fn.coalesce(Staff.name, Customer.name))
        .join_from(Login, Staff, JOIN.LEFT_OUTER, on=(Staff.login == Login.id))
        .join_from(Login, Customer, JOIN.LEFT_OUTER, on=(Customer.login == Login.id))
        .where(Login.id == account.id)
        .aio_scalar()
    )
    return name
