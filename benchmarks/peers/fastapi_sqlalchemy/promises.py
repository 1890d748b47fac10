"""Promising stock to a purchase: rows are locked in the shop's one order."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.peers.fastapi_shop import basket
from benchmarks.peers.fastapi_sqlalchemy.goods import Availability, Stock, StockLevel


async def promise(session: AsyncSession, lines: Sequence[basket.Line]) -> Sequence[basket.Pick]:
    """Promise all of `lines`, first expired first. Raises Problem (409)."""
    products = [line.product_id for line in lines]
    wanted = {line.product_id: line.quantity for line in lines}
    levels = await session.scalars(
        select(StockLevel)
        .where(StockLevel.product_id.in_(products))
        .order_by(StockLevel.product_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    enough = {
        level.product_id: level
        for level in levels
        if level.on_hand - level.allocated >= wanted[level.product_id]
    }
    picks = await _pick(session, lines) if len(enough) == len(lines) else None
    if picks is None:
        left = await session.execute(
            select(Availability.product_id, Availability.available).where(
                Availability.product_id.in_(products)
            )
        )
        raise basket.out_of_stock(lines, enough, {row[0]: row[1] for row in left})
    for product_id, level in enough.items():
        level.allocated += wanted[product_id]
    return picks


async def _pick(
    session: AsyncSession, lines: Sequence[basket.Line]
) -> Sequence[basket.Pick] | None:
    """Promise lots whose levels are locked; None if those that have not expired hold too little."""
    rows = await session.execute(
        select(Stock, func.current_date())
        .where(
            Stock.product_id.in_([line.product_id for line in lines]),
            Stock.on_hand > 0,
            Stock.on_hand > Stock.allocated,
        )
        .execution_options(populate_existing=True)
    )
    found = rows.all()
    lots = {lot.id: lot for lot, _ in found}
    free = [
        basket.Lot(lot.id, lot.product_id, lot.on_hand - lot.allocated, lot.expires_on)
        for lot in lots.values()
    ]
    picks = basket.pick_all(lines, free, found[0][1]) if found else None
    for each in picks or ():
        lots[each.lot_id].allocated += each.quantity
    return picks
