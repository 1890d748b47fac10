"""What holds after everything else."""

from conformance.registry import check
from conformance.shop import Shop


@check("verify", seconds=60)
async def verify(shop: Shop) -> None:
    """`flask verify` after all of it: stock and money add up, no purchase was lost or made twice."""
    await shop.verify()
