"""The stock's side of a purchase that is placed: keep the promise, issue at the till, release, throw away, take back on return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.web import Conflict
from app.inventory.allocations.repository import AllocationRepository


@dataclass(frozen=True, slots=True)
class Returned:
    """So much of the goods of a purchase's line, in their unit; `product` is their code."""

    line: int
    product: str
    quantity: Decimal


class Allocations:
    """Keeps what was promised to purchases. Every method belongs within the caller's transaction.

    A purchase's own row must be locked by the caller before anything is done for it.
    """

    def __init__(self, repository: AllocationRepository) -> None:
        self._repository = repository

    async def release(self, *purchases: str) -> None:
        """Take back what placed purchases were promised."""
        await self._repository.release(purchases)

    async def issue(self, purchase: str, login_id: int | None, *, ready: bool = False) -> None:
        """Turn what a placed purchase was promised into a sale.

        Lots that have expired since are replaced by others; not of what is `ready`, and lies in a bag. Raises Conflict `expired`, with
        `items`, if there are none, or only as many as others have a claim on who come before.
        """
        if not ready:
            await self.replace_expired(purchase)
        elif await self._repository.has_expired(purchase):
            raise Conflict("Some of it has expired since: pick it again.", code="expired")
        # Promised first, then on hand: never may more be promised than there is.
        await self._repository.release([purchase])
        await self._repository.take_out(purchase, "sale", login_id, "")

    async def discard(self, purchase: str, login_id: int | None, reason: str) -> None:
        """Throw away what a placed purchase was promised, expired or not."""
        await self._repository.release([purchase])
        await self._repository.take_out(purchase, "waste", login_id, reason)

    async def replace_expired(self, purchase: str) -> None:
        """Serve a placed purchase from other lots than those that have expired. Raises Conflict as issue() does."""
        if await self._repository.has_expired(purchase):
            await self._replace_expired(purchase)

    async def movable(self, limit: int) -> list[str]:
        """Return purchases of which other lots can take over what expired lots have promised."""
        return await self._repository.movable(limit)

    async def renew(self, purchase: str) -> bool:
        """Move a purchase's promises from expired lots to others, as far as may be.

        The caller need not have locked it. False if nothing was moved, or somebody else is at work
        on it.
        """
        if not await self._repository.hold(purchase):
            return False
        products = await self._repository.lock_levels(purchase)
        return await self._repository.move_expired([purchase], products)

    async def prepare_loss(self, lot_id: int, quantity: Decimal) -> None:
        """Lock what clear() may have to change, before the lot's level is locked."""
        await self._repository.lock_holders(lot_id, quantity)

    async def clear(self, lot_id: int, product_id: int, quantity: Decimal) -> None:
        """Move promises of `quantity` from a lot to others, or of as much as others can take.

        For a lot that is about to lose it, whose product's level is locked.
        """
        purchases = await self._repository.try_holders(lot_id)
        await self._repository.move_expired(purchases, [product_id], lot_id)
        await self._repository.move_away(lot_id, product_id, quantity, purchases)

    async def take_back(
        self,
        purchase: str,
        returned: Sequence[Returned],
        wasted: Sequence[Returned],
        *,
        reason: str,
        login_id: int | None,
    ) -> None:
        """Put goods of a collected purchase back onto the lots that they came from; in each list, each line once.

        What is `wasted` comes back, and is thrown away at once. Raises Conflict `return_above_sold`, with `items`, if more
        comes back than is still out.
        """
        if returned and wasted:
            # In one order, whatever is in which list.
            await self._repository.lock_levels(purchase)
        for items, is_waste in ((returned, False), (wasted, True)):
            if items:
                pairs = [(item.line, item.quantity) for item in items]
                above = await self._repository.take_back(
                    purchase, pairs, reason, login_id, is_waste=is_waste
                )
                _refuse(items, above)

    async def _replace_expired(self, purchase: str) -> None:
        products = await self._repository.lock_levels(purchase)
        if lacking := await self._repository.lacking(purchase, products):
            raise Conflict(
                "Some of it has expired, and there is nothing to replace it with.",
                code="expired",
                items=[
                    {"product": code, "requested": f"{expired:f}", "available": f"{found:f}"}
                    for code, expired, found in lacking
                ],
            )
        await self._repository.move_expired([purchase], products)


def _refuse(returned: Sequence[Returned], above: Mapping[int, Decimal]) -> None:
    if above:
        raise Conflict(
            "More would come back than was sold.",
            code="return_above_sold",
            items=_above(returned, above),
        )


def _above(
    returned: Sequence[Returned], returnable: Mapping[int, Decimal]
) -> list[dict[str, str | int]]:
    """Return those of `returned` that `returnable` says how much is still out of, as a problem names them."""
    return [
        {
            "line": item.line,
            "product": item.product,
            "requested": f"{item.quantity:f}",
            "returnable": f"{returnable[item.line]:f}",
        }
        for item in returned
        if item.line in returnable
    ]
