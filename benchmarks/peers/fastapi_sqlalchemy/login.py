"""Logging in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from benchmarks.peers.fastapi_shop.inputs import Credentials
from benchmarks.peers.fastapi_shop.keys import (
    AttemptKeys,
    Passwords,
    hash_token,
    new_session_token,
    printable,
)
from benchmarks.peers.fastapi_shop.problems import Problem, bad_credentials
from benchmarks.peers.fastapi_sqlalchemy.database import settings
from benchmarks.peers.fastapi_sqlalchemy.people import Attempt, Login, LoginSession
from benchmarks.peers.fastapi_sqlalchemy.schemas import SignedIn, User

_keys = AttemptKeys(settings.secret)
_passwords = Passwords()


async def sign_in(
    session: AsyncSession, given: Credentials, address: str, user_agent: str
) -> SignedIn:
    """Open a session for who knows the password. Raises Problem (401, 429)."""
    account = await session.scalar(
        select(Login)
        .where(func.lower(Login.email) == func.lower(given.email))
        .options(joinedload(Login.customer), joinedload(Login.staff))
    )
    key = _keys.account(account.email if account else given.email)
    await _count(session, _keys.address(address), key)
    # The connection goes back to the pool while the password is verified.
    await session.commit()
    right = await _passwords.verify(account.password_hash if account else None, given.password)
    if not (account and right and account.active):
        raise bad_credentials()
    renewed = await _passwords.renewed(account.password_hash, given.password)
    opened, token = await _open(session, account, user_agent)
    await session.execute(delete(Attempt).where(Attempt.key == key))
    if renewed:
        account.password_hash = renewed
    await session.commit()
    person = account.staff or account.customer
    user = User(email=account.email, role=account.role, name=person.name if person else "")
    return SignedIn(token=token, expires_at=opened.expires_at, user=user)


async def _count(session: AsyncSession, address: bytes, account: bytes) -> None:
    bounds = {address: settings.attempts_per_address, account: settings.attempts_per_account}
    ends = func.now() + timedelta(minutes=settings.attempts_window_minutes)
    # In one order, so that two requests that count the same two cannot deadlock.
    rows: list[dict[str, Any]] = [
        {"key": key, "tries": 1, "window_ends_at": ends} for key in sorted(bounds)
    ]
    statement = insert(Attempt).values(rows)
    runs = Attempt.window_ends_at > func.now()
    counted = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Attempt.key],
            set_={
                "tries": case((runs, func.least(Attempt.tries, 1_000_000) + 1), else_=1),
                "window_ends_at": case(
                    (runs, Attempt.window_ends_at), else_=statement.excluded.window_ends_at
                ),
            },
        ).returning(Attempt.key, Attempt.tries, Attempt.window_ends_at)
    )
    waits = [ends for key, tries, ends in counted if tries > bounds[key]]
    if waits:
        await session.commit()
        seconds = int((max(waits) - datetime.now(UTC)).total_seconds())
        headers = {"Retry-After": str(max(1, seconds))}
        raise Problem(429, "Tried too often. Wait, then try again.", headers=headers)


async def _open(session: AsyncSession, account: Login, user_agent: str) -> tuple[LoginSession, str]:
    """Insert a session, unless the account changed since its password was verified."""
    verified = await session.scalar(
        select(Login.id)
        .where(
            Login.id == account.id,
            Login.active,
            Login.password_changed_at == account.password_changed_at,
        )
        .with_for_update(read=True)
    )
    if verified is None:
        raise bad_credentials()
    lifetime = (
        timedelta(days=settings.customer_session_days)
        if account.role == "customer"
        else timedelta(hours=settings.session_hours)
    )
    token = new_session_token()
    opened = LoginSession(
        login_id=account.id,
        token_hash=hash_token(token),
        user_agent=printable(user_agent),
        expires_at=datetime.now(UTC) + lifetime,
    )
    session.add(opened)
    await session.flush()
    return opened, token
