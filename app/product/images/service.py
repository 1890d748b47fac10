"""What staff does with pictures, and what everybody sees of them."""

from app.core.database import Manager
from app.core.threads import Threads
from app.core.web import NotFound, Unavailable
from app.product.images.renditions import Renditions, hash_of
from app.product.images.repository import ImageRepository
from app.product.images.statements import Size
from app.product.kinds import Kind
from app.product.repository import Found
from app.product.service import Catalogue

AT_ONCE = 1
"""So many pictures are made anew at once in a process: each may take 130 MiB, and a core."""
_MAX_WAITING = 32


class Images:
    """Pictures of things with a code: each is known by its hash, and never changes."""

    def __init__(self, manager: Manager, repository: ImageRepository, catalogue: Catalogue) -> None:
        self._manager = manager
        self._repository = repository
        self._catalogue = catalogue
        self._threads = Threads("images", at_once=AT_ONCE, max_waiting=_MAX_WAITING, busy=_busy)

    async def read(self, hash_: str, size: Size, *, wanted: bool) -> bytes:
        """Return a WebP, nothing of it unless it is `wanted`. Raises NotFound."""
        found = await self._repository.read(hash_, size, wanted=wanted)
        if found is None:
            raise NotFound("There is no such image.")
        return found

    async def made_of(self, file: bytes) -> Renditions:
        """Return the image that a file is: the stored one whose large rendition it is, or else its own made anew.

        Raises Invalid (`not_an_image`, `image_too_large`), and Unavailable where too many wait for that.
        """
        known = await self._repository.read_whole(hash_of(file))
        if known is not None:
            return known
        return await self._threads.run(_render, file)

    async def put(
        self, kind: Kind, code: str, file: bytes, *, expected: int | None, by: int | None
    ) -> Found:
        """Have a thing show the picture in `file`, and return the thing. Raises what made_of() and show() do."""
        image = await self.made_of(file)
        return await self.show(kind, code, image, expected=expected, by=by)

    async def show(
        self, kind: Kind, code: str, image: Renditions, *, expected: int | None, by: int | None
    ) -> Found:
        """Have a thing show an image, and return the thing; the one that it shows already is no change.

        Raises what Catalogue.change() does.
        """

        async def work() -> Found:
            # From here on none is deleted: not the one that was there already, with nothing to name it.
            await self._repository.hold()
            await self._repository.store(image)
            return await self._change(kind, code, image.hash, expected, by)

        return await self._manager.transaction(work)

    async def remove(self, kind: Kind, code: str, *, expected: int | None, by: int | None) -> Found:
        """Have a thing show no picture, and return the thing. Raises what Catalogue.change() does."""
        return await self._change(kind, code, None, expected, by)

    async def delete_unnamed(self, limit: int) -> int:
        """Delete the images that nothing has any more, and return how many; `limit` are looked at in a transaction."""
        behind: str | None = ""
        total = 0
        while behind is not None:
            behind, deleted = await self._manager.transaction(
                self._repository.delete_unnamed, behind, limit
            )
            total += deleted
        return total

    async def _change(
        self, kind: Kind, code: str, hash_: str | None, expected: int | None, by: int | None
    ) -> Found:
        change = self._catalogue.change
        return await change(kind, code, {"image": hash_}, expected=expected, by=by)


def _render(file: bytes) -> Renditions:
    # Here, so that a worker needs no memory for Pillow until it meets its first picture.
    from app.product.images.rendering import render  # noqa: PLC0415 - as above

    return render(file)


def _busy() -> Unavailable:
    return Unavailable("Too many images were sent at once. Try again.")
