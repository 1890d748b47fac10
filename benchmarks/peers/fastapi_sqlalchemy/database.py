"""The engine, the sessions, and transactions that are tried again."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy import exc
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.peers.observed import settings_from_environment

T = TypeVar("T")

UNAVAILABLE: tuple[type[Exception], ...] = (OSError, exc.TimeoutError, exc.DBAPIError)

_CONFLICTS = {"40001", "40P01"}
_ATTEMPTS = 5
_FIRST_PAUSE = 0.01  # seconds, at most; each further one may be twice as long

settings = settings_from_environment()

engine = create_async_engine(
    make_url(settings.database_url).set(drivername="postgresql+asyncpg"),
    pool_size=settings.pool_size,
    max_overflow=0,
    connect_args={"server_settings": settings.session, "command_timeout": 10, "timeout": 5},
)

Sessions = async_sessionmaker(engine, expire_on_commit=False)


async def _session() -> AsyncIterator[AsyncSession]:
    async with Sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(_session)]


async def committed(session: AsyncSession, work: Callable[[], Awaitable[T]]) -> T:
    """Await `work` and commit; again, from the start, if it collided with another transaction."""
    attempt = 1
    while True:
        try:
            result = await work()
            await session.commit()
            return result
        except exc.DBAPIError as error:
            await session.rollback()
            if getattr(error.orig, "sqlstate", None) not in _CONFLICTS or attempt == _ATTEMPTS:
                raise
        await asyncio.sleep(random.uniform(0, _FIRST_PAUSE * 2**attempt))  # noqa: S311 - a pause
        attempt += 1
