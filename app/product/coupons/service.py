"""What staff does with coupons, beside what it does with all of the catalogue."""

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict
from app.product.coupons.codes import new_code
from app.product.coupons.kind import COUPON
from app.product.coupons.repository import CouponRepository
from app.product.service import Catalogue, Rows


class Coupons(Catalogue):
    """Coupons, and the codes that redeem them once each."""

    def __init__(self, manager: Manager, repository: CouponRepository, audit: AuditTrail) -> None:
        super().__init__(manager, repository, audit)
        self._coupons = repository

    async def make_codes(self, coupon: str, count: int, by: int | None) -> list[str]:
        """Make so many codes of a coupon. Raises NotFound, and Conflict for one that its own code redeems."""

        async def work() -> list[str]:
            locked = await self._coupons.lock(COUPON, coupon)
            if not locked.values["single_use"]:
                raise Conflict("The coupon is redeemed by its own code.", code="not_single_use")
            made = await self._coupons.make_codes(locked.id, [new_code() for _ in range(count)])
            await self._note(by, COUPON, coupon, "codes_made", {"count": count})
            return made

        return await self._manager.transaction(work)

    async def codes(self, coupon: str, *, used: bool | None, limit: int, after: str | None) -> Rows:
        """Return up to `limit` rows of (JSON, code) of a coupon, behind the code `after`. Raises NotFound."""
        coupon_id = await self._coupons.id_of(COUPON, coupon)
        return await self._coupons.codes(coupon_id, used=used, limit=limit, after=after)
