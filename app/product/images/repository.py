"""Queries about images."""

from dataclasses import asdict

from app.core.database import Manager
from app.product.images.renditions import Renditions
from app.product.images.statements import (
    DELETE_UNNAMED,
    HOLD,
    HOLD_ALONE,
    READ,
    READ_WHOLE,
    STORE,
    Size,
)


class ImageRepository:
    """Images in the database of `manager`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def read(self, hash_: str, size: Size, *, wanted: bool) -> bytes | None:
        """Return an image in a size, nothing of it unless it is `wanted`; None if there is no such image."""
        found = await self._manager.fetch_value(READ[size], hash=hash_, wanted=wanted)
        return None if found is None else bytes(found)

    async def read_whole(self, hash_: str) -> Renditions | None:
        """Return an image in all sizes, None if there is no such image."""
        row = await self._manager.fetch_one(READ_WHOLE, hash=hash_)
        if row is None:
            return None
        small, medium, large, width, height = row
        return Renditions(hash_, bytes(small), bytes(medium), bytes(large), width, height)

    async def hold(self) -> None:
        """Have all images stay, named or not, until the transaction's end."""
        await self._manager.run(HOLD)

    async def store(self, image: Renditions) -> None:
        """Add an image, if it is not there."""
        await self._manager.run(STORE, **asdict(image))

    async def delete_unnamed(self, behind: str, limit: int) -> tuple[str | None, int]:
        """Look at `limit` images with hashes greater than `behind`, and delete those that nothing names.

        Waits for whoever holds them. Returns the last hash that was looked at, None if there are no more, and how many
        were deleted. Needs a transaction.
        """
        await self._manager.run(HOLD_ALONE)
        ((last, deleted),) = await self._manager.fetch(DELETE_UNNAMED, behind=behind, limit=limit)
        return last, deleted
