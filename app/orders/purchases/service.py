"""What happens to a purchase after checkout: it is paid for, collected or cancelled."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import ShopSettings
from app.core.web import Conflict
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.paging import Scalar
from app.core.web.security import Principal
from app.inventory.allocations.service import Allocations
from app.orders.answers import purchase_url
from app.orders.purchases.cancelling import (
    PAID,
    PICKED,
    CancelledPurchase,
    CancelledUnpaid,
    CancelRequest,
    CancelUnpaidRequest,
    Goods,
    check_request,
)
from app.orders.purchases.money import Moved, check_method
from app.orders.purchases.pricing import money_back
from app.orders.purchases.repository import PurchaseRepository
from app.orders.purchases.schemas import CollectQuery, PaymentRequest, PurchaseQuery
from app.orders.sales import Sales
from app.orders.states import check_paid, must_wait

NOT_PAID = "not paid in time"
MOST_AT_ONCE = 100
"""How many purchases one call cancels: others wait for their stock meanwhile."""


class Purchases:
    """What customers see of their purchases and staff does with all of them."""

    def __init__(
        self,
        manager: Manager,
        purchases: PurchaseRepository,
        allocations: Allocations,
        audit: AuditTrail,
        sales: Sales,
        shop: ShopSettings,
    ) -> None:
        self._manager = manager
        self._purchases = purchases
        self._allocations = allocations
        self._audit = audit
        self._sales = sales
        self._shop = shop

    async def read(self, who: Principal, purchase: str) -> str:
        """Return the purchase's JSON. Raises NotFound for another one's too."""
        return await self._purchases.read(purchase, who)

    async def page(
        self, who: Principal, query: PurchaseQuery, behind: Sequence[Scalar] | None
    ) -> list[tuple[Any, ...]]:
        """Return rows of (JSON, placed_at, id): one's own, or all for staff."""
        filters = query.filters(behind)
        return await self._purchases.page(who, filters, oldest_first=query.oldest_first)

    async def collect(self, who: Principal, purchase: str, query: CollectQuery) -> str:
        """Hand a purchase over that is paid in full, at a till if one is named, and return its JSON.

        Raises NotFound, and Conflict `purchase_ended`, `being_picked`, `unpaid` (with `due`), `owed` (with `owed`),
        `age_not_checked` (with `min_age`), `expired` or `till_closed`.
        """
        return await self._manager.transaction(self._collect, who, purchase, query)

    async def cancel(self, who: Principal, purchase: str, request: CancelRequest) -> str:
        """Cancel a purchase, refund what was paid, and return its JSON.

        Raises NotFound, Invalid, Forbidden `other_method`, and Conflict `purchase_ended`, `till_closed`, or to whose it is
        `picking_began` or `paid`.
        """
        check_request(who, request)

        async def work() -> str:
            status, total = await self._purchases.lock_seen(purchase, who)
            must_wait(status)
            if not who.is_staff and status != "placed":
                raise Conflict(PICKED, code="picking_began")
            balances = await self._purchases.balances(purchase)
            if not who.is_staff and _sum(balances) > 0:
                raise Conflict(PAID, code="paid")
            goods = await self._goods(who, purchase, request)
            if request.method is not None:
                check_method(who, request.method, _sum(balances), balances)
            refunds = await self._end(purchase, request, balances, who.login_id, goods)
            detail = {"reason": request.reason, "refunds": refunds, "goods": goods}
            subject = f"purchase:{purchase}"
            await self._audit.record(who.login_id, "purchase.cancelled", subject, detail)
            self._sales.note("cancelled", total)
            return await self._purchases.read(purchase, who)

        return await self._manager.transaction(work)

    async def cancel_unpaid_of(
        self, who: Principal, request: CancelUnpaidRequest
    ) -> CancelledUnpaid:
        """Cancel the placed purchases of one telephone number that nothing was paid for, a hundred at most."""
        return await self._manager.transaction(self._cancel_unpaid_of, who, request)

    async def cancel_unpaid(self, limit: int) -> int:
        """Cancel up to `limit` purchases that nothing was paid for in time; return how many.

        Each in a transaction of its own. Those that somebody is at work on are left for later.
        """
        cancelled = 0
        for purchase in await self._purchases.unpaid(limit):
            cancelled += await self._manager.transaction(self._cancel_unpaid, purchase)
        return cancelled

    async def end_links(self, limit: int) -> int:
        """Have guests' tokens open up to `limit` purchases no more that ended long enough ago; return how many."""
        return await self._purchases.end_links(limit, self._shop.guest_purchase_days)

    async def keep_promises(self, limit: int) -> int:
        """Serve up to `limit` purchases from other lots than those that have expired; return how many.

        Each in a transaction of its own. Those that somebody is at work on are left for later.
        """
        renewed = 0
        for purchase in await self._allocations.movable(limit):
            renewed += await self._manager.transaction(self._allocations.renew, purchase)
        return renewed

    async def _collect(self, who: Principal, purchase: str, query: CollectQuery) -> str:
        status, total = await self._purchases.lock(purchase)
        must_wait(status)
        if status == "picking":
            raise Conflict("Somebody is picking it.", code="being_picked")
        check_paid(total - _sum(await self._purchases.balances(purchase)))
        min_age = await self._purchases.min_age(purchase)
        if min_age is not None and not query.age_checked:
            raise age_not_checked(min_age)
        await self._allocations.issue(purchase, who.login_id, ready=status == "ready")
        checked_by = None if min_age is None else who.login_id
        await self._purchases.collect(purchase, checked_by, query.till)
        self._sales.note("collected", total)
        return await self._purchases.read(purchase, who)

    async def _goods(self, who: Principal, purchase: str, request: CancelRequest) -> Goods:
        """Return what becomes of a locked purchase's goods: as staff says, or by the rule for what nobody fetched."""
        if request.goods is None and who.is_staff and await self._purchases.abandoned(purchase):
            return self._shop.abandoned_goods
        return request.goods or "restock"

    async def _end(
        self,
        purchase: str,
        request: CancelRequest,
        balances: dict[str, Decimal],
        login_id: int | None,
        goods: Goods,
    ) -> dict[str, Decimal]:
        """Cancel a locked purchase that has these `balances`; return what was given back, by method."""
        back = money_back(balances)
        if request.method is not None and back:
            back = {request.method: sum(back.values(), Decimal(0))}
        if goods == "waste":
            await self._allocations.discard(purchase, login_id, request.reason)
        else:
            await self._allocations.release(purchase)
        for method, amount in back.items():
            money = Moved(method, amount, request.reference, request.reason, request.till)
            booked = money.booked(self._shop.cash_rounding)
            await self._purchases.pay(purchase, "refund", booked, login_id)
        await self._purchases.cancel([purchase], request.reason)
        return back

    async def _cancel_unpaid_of(
        self, who: Principal, request: CancelUnpaidRequest
    ) -> CancelledUnpaid:
        found = await self._purchases.lock_unpaid_of(request.contact_phone, MOST_AT_ONCE + 1)
        ended = found[:MOST_AT_ONCE]
        purchases = [purchase for purchase, _, _ in ended]
        await self._allocations.release(*purchases)
        await self._purchases.cancel(purchases, request.reason)
        detail = {"reason": request.reason, "refunds": {}}
        for purchase, _, total in ended:
            subject = f"purchase:{purchase}"
            await self._audit.record(who.login_id, "purchase.cancelled", subject, detail)
            self._sales.note("cancelled", total)
        cancelled = [
            CancelledPurchase(id=UUID(p), number=number, invoice_number=number)
            for p, number, _ in ended
        ]
        return CancelledUnpaid(
            count=len(ended), cancelled=cancelled, more=len(found) > MOST_AT_ONCE
        )

    async def _cancel_unpaid(self, purchase: str) -> bool:
        if not await self._purchases.lock_late(purchase):
            return False
        balances = await self._purchases.balances(purchase)
        if _sum(balances) > 0:
            # It was paid just before it was locked.
            return False
        await self._end(purchase, CancelRequest(reason=NOT_PAID), balances, None, "restock")
        return True


class Payments:
    """Money that staff takes for purchases. Never updated, only added to; cash rounded to `cash_step`."""

    def __init__(self, manager: Manager, purchases: PurchaseRepository, cash_step: Decimal) -> None:
        self._manager = manager
        self._purchases = purchases
        self._step = cash_step

    async def pay(
        self, who: Principal, purchase: str, request: PaymentRequest, identity: RequestIdentity
    ) -> Answer:
        """Record a payment, and answer 201 with it.

        Raises NotFound, Invalid for too little cash, and Conflict `purchase_ended`, `payment_above_total` (with `due`) or
        `till_closed`.
        """

        async def work() -> Answer:
            status, total = await self._purchases.lock(purchase)
            must_wait(status)
            due = total - _sum(await self._purchases.balances(purchase))
            if request.amount > due:
                due = max(due, Decimal("0.00"))
                raise Conflict(f"Only {due} is due.", code="payment_above_total", due=f"{due:f}")
            money = Moved(**request.model_dump()).booked(self._step)
            body = await self._purchases.pay(purchase, "payment", money, who.login_id)
            return Answer(201, body.encode(), {"Location": purchase_url(purchase)})

        return await once(self._manager, **identity, work=work)


def age_not_checked(min_age: int) -> Conflict:
    """Return what to raise where nobody says that he has looked at the buyer's age."""
    detail = f"Look whether the buyer is {min_age} years old, and say so."
    return Conflict(detail, code="age_not_checked", min_age=min_age)


def _sum(balances: dict[str, Decimal]) -> Decimal:
    return sum(balances.values(), Decimal("0.00"))
