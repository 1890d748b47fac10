"""Money that goes back after it was paid, and the goods that come back for it."""

from decimal import Decimal
from functools import partial
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import ShopSettings
from app.core.web import Conflict, Forbidden
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.core.web.json import dumps
from app.core.web.security import Principal
from app.inventory.allocations.service import Allocations
from app.orders.answers import purchase_url
from app.orders.invoices.repository import DocumentRepository
from app.orders.purchases.money import Moved, check_method
from app.orders.purchases.pricing import money_back
from app.orders.purchases.refunds.refunding import (
    NOTHING,
    Credit,
    by_amount,
    by_line,
    check,
    returned,
    weights,
)
from app.orders.purchases.refunds.schemas import RefundRequest
from app.orders.purchases.repository import PurchaseRepository
from app.orders.purchases.schemas import Method

_TOLD = {"reason", "lines", "returned"}


class Refunds:
    """Gives money back, by line or an amount that all lines share; never more than was paid, nor for a line than was charged.

    Each on goods that were handed over has a credit note. The settings say what one who may not confirm refunds gives back of
    a purchase at most, and to which coin cash is rounded.
    """

    def __init__(
        self,
        manager: Manager,
        purchases: PurchaseRepository,
        documents: DocumentRepository,
        allocations: Allocations,
        audit: AuditTrail,
        shop: ShopSettings,
    ) -> None:
        self._manager = manager
        self._purchases = purchases
        self._documents = documents
        self._allocations = allocations
        self._audit = audit
        self._limit = shop.refund_limit
        self._step = shop.cash_rounding

    async def refund(
        self, who: Principal, purchase: str, request: RefundRequest, identity: RequestIdentity
    ) -> Answer:
        """Give money back, take back goods, and answer 201 with what was done.

        Raises NotFound; Invalid for what was not bought; Forbidden `refund_above_limit` and `other_method`; and Conflict
        `not_collected`, `refund_above_paid` (with `paid`), `refund_above_charged` or `return_above_sold` (with `items`), or
        `till_closed`.
        """
        check(request)
        work = partial(self._refund, who, purchase, request)
        return await once(self._manager, **identity, work=work)

    async def _refund(self, who: Principal, purchase: str, request: RefundRequest) -> Answer:
        status, total = await self._purchases.lock(purchase)
        if status != "collected" and (request.lines or request.returned):
            raise Conflict("Only collected goods can come back.", code="not_collected")
        credit, amount = NOTHING, request.amount or Decimal("0.00")
        if request.lines or status == "collected":
            credit = await self._credit(purchase, request)
            amount = sum((each.total for each in credit.lines), Decimal("0.00"))
        back = await self._back(who, purchase, total, amount, request.method)
        await self._allocations.take_back(
            purchase, credit.restocked, credit.wasted, reason=request.reason, login_id=who.login_id
        )
        paid = [
            await self._purchases.pay(
                purchase, "refund", self._money(method, part, request), who.login_id
            )
            for method, part in back.items()
        ]
        detail = {
            "amount": amount,
            "refunds": back,
            **request.model_dump(mode="json", include=_TOLD),
        }
        await self._audit.record(who.login_id, "purchase.refunded", f"purchase:{purchase}", detail)
        # Behind all else, as whoever takes the next number waits for the end of this.
        number = None
        if credit.lines:
            number = await self._documents.issue_credit_note(purchase, credit.lines, request.till)
        body = f'{{"amount":"{amount:f}","credit_note":{dumps(number).decode()},"payments":[{",".join(paid)}]}}'
        return Answer(201, body.encode(), {"Location": purchase_url(purchase)})

    async def _credit(self, purchase: str, request: RefundRequest) -> Credit:
        """Return what a request is for, of a collected purchase that is locked."""
        charged = await self._documents.charged(purchase)
        if request.lines:
            return by_line(request.lines, charged)
        amount = request.amount or Decimal(0)
        back = returned(request.returned, charged)
        shared = weights(amount, back, charged)
        if (left := sum(shared, Decimal("0.00"))) < amount:
            raise _above_paid(left)
        parts = await self._documents.spread(amount, shared)
        return Credit(by_amount(parts, back, charged), back, [])

    async def _back(
        self, who: Principal, purchase: str, total: Decimal, amount: Decimal, method: Method | None
    ) -> dict[str, Decimal]:
        """Return what goes back by which method, of what costs `total`. Raises Conflict and Forbidden where it may not."""
        balances = await self._purchases.balances(purchase)
        paid = sum(balances.values(), Decimal("0.00"))
        owed = paid - total
        if amount > paid:
            # Bottles have paid too, as if it were in cash.
            bottles = await self._purchases.given_back(purchase)
            balances["cash"] = balances.get("cash", Decimal("0.00")) + bottles
            paid += bottles
        if amount > paid:
            raise _above_paid(paid)
        if amount > owed and "refunds:confirm" not in who.permissions:
            await self._check_limit(purchase, amount)
        if method is None or not amount:
            return money_back(balances, amount)
        check_method(who, method, amount, balances)
        return {method: amount}

    async def _check_limit(self, purchase: str, amount: Decimal) -> None:
        """Raise Forbidden where more of a purchase would go back than a clerk gives back; what was paid too much, he may."""
        if self._limit is None or await self._purchases.credited(purchase) + amount <= self._limit:
            return
        raise Forbidden(
            f"Above {self._limit:.2f} for a purchase, somebody must do it who may confirm refunds.",
            code="refund_above_limit",
            limit=f"{self._limit:.2f}",
        )

    def _money(self, method: str, amount: Decimal, request: RefundRequest) -> dict[str, Any]:
        money = Moved(method, amount, request.reference, request.reason, request.till)
        return money.booked(self._step)


def _above_paid(paid: Decimal) -> Conflict:
    detail = f"Only {paid:f} of what was paid is left."
    return Conflict(detail, code="refund_above_paid", paid=f"{paid:f}")
