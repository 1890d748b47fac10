"""Takes scans in: each once, whoever sends them again; within the transaction of who holds the count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.inventory.counts.repository import CountRepository, Found, Taken
from app.inventory.counts.scanning import Counted, Goods, amount, named, seen_at
from app.inventory.counts.schemas import Refusal, Scan, ScanResult, Scans
from app.product.barcodes.service import Barcodes


@dataclass(frozen=True, slots=True)
class Read:
    """A scan that can be taken: what it says, of which product, and when it was by our clock."""

    taken: Taken
    product: str
    counted_at: datetime


class Intake:
    """Reads scans and keeps them."""

    def __init__(self, counts: CountRepository, barcodes: Barcodes) -> None:
        self._counts = counts
        self._barcodes = barcodes

    async def take(self, count: Found, asked: Scans, by: int | None) -> list[ScanResult]:
        """Keep what was scanned; return what became of each scan, in their order."""
        readings = await self._read(asked.scans)
        codes = {each.product for each in readings if isinstance(each, Counted)}
        goods = await self._counts.goods(count.id, codes)
        read = [
            _taken(scan, reading, goods, asked.sent_at, count)
            for scan, reading in zip(asked.scans, readings, strict=True)
        ]
        good = [each for each in read if isinstance(each, Read)]
        scans = [(each.taken, each.counted_at) for each in good]
        new = await self._counts.add_scans(count.id, scans, by)
        known = await self._counts.known(count.id, [each.taken.id for each in good])
        return [
            _result(scan, reading, new, known)
            for scan, reading in zip(asked.scans, read, strict=True)
        ]

    async def _read(self, scans: Sequence[Scan]) -> list[Counted | Refusal]:
        found = await self._barcodes.find_each([scan.barcode for scan in scans])
        return [named(scan, each) for scan, each in zip(scans, found, strict=True)]


def _taken(
    scan: Scan,
    reading: Counted | Refusal,
    goods: Mapping[str, Goods],
    sent_at: datetime,
    count: Found,
) -> Read | Refusal:
    if not isinstance(reading, Counted):
        return reading
    found = goods.get(reading.product)
    quantity = amount(reading, found)
    counted_at = seen_at(scan.counted_at, sent_at, count.now, count.opened_at)
    if found is None or isinstance(quantity, str):
        return quantity if isinstance(quantity, str) else "unknown_code"
    if isinstance(counted_at, str):
        return counted_at
    taken = Taken(scan.id, found.id, quantity, scan.place, scan.counted_at)
    return Read(taken, reading.product, counted_at)


def _result(
    scan: Scan, read: Read | Refusal, new: set[UUID], known: Mapping[UUID, Taken]
) -> ScanResult:
    """Return what became of a scan; the first of its id that is `new` is taken out of these."""
    if not isinstance(read, Read):
        return ScanResult(id=scan.id, result="refused", reason=read, product=None, quantity=None)
    if known[scan.id] != read.taken:
        return ScanResult(
            id=scan.id, result="refused", reason="id_used", product=None, quantity=None
        )
    is_new = scan.id in new
    new.discard(scan.id)
    return ScanResult(
        id=scan.id,
        result="taken" if is_new else "known",
        reason=None,
        product=read.product,
        quantity=read.taken.quantity,
    )
