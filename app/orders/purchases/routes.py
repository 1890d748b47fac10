"""Purchases, and the till, over HTTP."""

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from app.core.web.bodies import LINES_BODY
from app.core.web.idempotency import idempotent, request_identity
from app.core.web.json import json_response
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.orders.purchases.cancelling import CancelledUnpaid, CancelRequest, CancelUnpaidRequest
from app.orders.purchases.refunds.schemas import Refund, RefundRequest
from app.orders.purchases.refunds.service import Refunds
from app.orders.purchases.schemas import (
    CollectQuery,
    Payment,
    PaymentRequest,
    Purchase,
    PurchaseQuery,
)
from app.orders.purchases.service import Payments, Purchases

blueprint = APIBlueprint("purchases", __name__, url_prefix="/api/v1/purchases", tag="Purchases")


@blueprint.get("")
@allow("purchases:list-own", "sales:read")
@blueprint.input(PurchaseQuery, location="query")
@blueprint.output(Page[Purchase])
async def list_purchases(query_data: PurchaseQuery) -> Response:
    """List purchases: one's own, or all for staff.

    The newest come first; with `status=waiting`, the till's queue, or a part of it (`placed`, `picking`, `ready`), or with
    `overdue`, `abandoned` or `short`, the oldest.
    """
    rows = await wired(Purchases).page(principal(), query_data, after(query_data))
    return page(rows, query_data)


@blueprint.get("/<uuid:purchase>")
@allow("purchases:own", "sales:read")
@blueprint.output(Purchase)
async def read_purchase(purchase: UUID) -> Response:
    """Read a purchase, with its lines and payments."""
    return json_response(await wired(Purchases).read(principal(), str(purchase)))


@blueprint.post("/<uuid:purchase>/payments")
@allow("sales:write")
@describe(409, idempotent=True)
@blueprint.input(PaymentRequest, location="json")
@blueprint.output(Payment, status_code=201)
async def record_payment(purchase: UUID, json_data: PaymentRequest) -> Response:
    """Record a payment, of all that is due or a part.

    Refused with 409 `payment_above_total` (`due` says what is), or `purchase_ended`.
    """
    pay = wired(Payments).pay
    return (await pay(principal(), str(purchase), json_data, request_identity())).response()


@blueprint.post("/<uuid:purchase>/refunds")
@allow("sales:write", "refunds:confirm", longest_body=LINES_BODY)
@describe(409, idempotent=True)
@blueprint.input(RefundRequest, location="json")
@blueprint.output(Refund, status_code=201)
async def record_refund(purchase: UUID, json_data: RefundRequest) -> Response:
    """Give money back, for lines or an amount that all share, and put what came back into stock or throw it away.

    A purchase that was collected gets a credit note. Refused with 409 `refund_above_paid`, `refund_above_charged`,
    `not_collected`, `return_above_sold` or `till_closed`; without `refunds:confirm` with 403 `refund_above_limit` and `other_method`.
    """
    refund = wired(Refunds).refund
    return (await refund(principal(), str(purchase), json_data, request_identity())).response()


@blueprint.post("/<uuid:purchase>/collect")
@allow("sales:write")
@describe(409)
@blueprint.input(CollectQuery, location="query")
@blueprint.output(Purchase)
@idempotent
async def collect_purchase(purchase: UUID, query_data: CollectQuery) -> Response:
    """Hand a purchase over that is paid in full: its goods leave the stock. At a `till`, the invoice is in its series and report.

    Refused with 409 `unpaid` (`due` says how much), `owed` (`owed` says how much must be given back first), `being_picked`,
    `age_not_checked` (`min_age` says which), `expired`, `till_closed`, or `purchase_ended`.
    """
    return json_response(await wired(Purchases).collect(principal(), str(purchase), query_data))


@blueprint.post("/<uuid:purchase>/cancel")
@allow("purchases:own", "sales:write")
@describe(409)
@blueprint.input(CancelRequest, location="json")
@blueprint.output(Purchase)
@idempotent
async def cancel_purchase(purchase: UUID, json_data: CancelRequest) -> Response:
    """Cancel a purchase: its stock is free again or thrown away, and what was paid is refunded.

    Refused with 409 `purchase_ended` if it was collected or cancelled before. Whose it is may cancel it while nobody picks it
    and nothing is paid: then it is 409 `picking_began` or `paid`, and the shop's to do.
    """
    return json_response(await wired(Purchases).cancel(principal(), str(purchase), json_data))


@blueprint.post("/cancel-unpaid")
@allow("sales:write")
@blueprint.input(CancelUnpaidRequest, location="json")
@blueprint.output(CancelledUnpaid)
@idempotent
async def cancel_unpaid_purchases(json_data: CancelUnpaidRequest) -> Response:
    """Cancel the placed purchases of one telephone number that nothing was paid for.

    The hundred first at most; `more` says whether there are others. Where there are none, none is cancelled.
    """
    return json_response(await wired(Purchases).cancel_unpaid_of(principal(), json_data))
