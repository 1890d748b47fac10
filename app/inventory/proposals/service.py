"""What the shop proposes to order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import FieldError, Invalid
from app.core.web.idempotency import Answer, RequestIdentity, once
from app.inventory.proposals.demand import Day, demand
from app.inventory.proposals.ordering import Deliveries, Method, Position, deliveries, need
from app.inventory.proposals.repository import Buying, Offered, ProposalRepository, Standing
from app.inventory.proposals.schemas import MOST_PRODUCTS, WantedProposals
from app.inventory.proposals.why import why
from app.inventory.requests.asking import NewLine, active_supplier
from app.inventory.requests.repository import InvoiceRequestRepository
from app.inventory.requests.service import subject
from app.inventory.stock.repository import StockRepository

_MOST_LINES = 200
"""Of one request: as many as staff may change."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What proposals are made by: the day, how, when suppliers come, what there is of products and what sold, by their ids."""

    today: date
    method: Method
    coming: Mapping[int, Deliveries]
    standing: Mapping[int, Standing]
    sold: Mapping[int, Mapping[date, Day]]


class Proposals:
    """Drafts orders by what sells, and puts them in the place of those that nobody has touched."""

    def __init__(
        self,
        manager: Manager,
        proposals: ProposalRepository,
        requests: InvoiceRequestRepository,
        stock: StockRepository,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._proposals = proposals
        self._requests = requests
        self._stock = stock
        self._audit = audit

    async def propose(
        self, asked: WantedProposals, by: int | None, identity: RequestIdentity
    ) -> Answer:
        """Draft what should be ordered, with the figures that it follows from; answer with the drafts.

        What was proposed of the same products before and nobody has touched goes; so do drafts that become empty by that.
        Raises Invalid for a supplier or products that are not known and for more products than are looked at, Conflict
        `withdrawn`, and what once() raises.
        """

        async def work() -> Answer:
            await self._check(asked)
            suppliers = await self._proposals.lock_suppliers(asked.supplier)
            offered = await self._offered(suppliers, asked)
            products = [one.product_id for one in offered]
            await self._proposals.withdraw(products)
            today = await self._stock.today()
            coming = {
                one.id: deliveries(today, one.lead_days, one.delivery_days) for one in suppliers
            }
            days = {one.product_id: coming[one.supplier_id].first for one in offered}
            standing = await self._proposals.standing(days)
            sold = await self._proposals.sold(products)
            known = _Known(today, asked.method, coming, standing, sold)
            drafts = [
                await self._draft(supplier, lines, by)
                for supplier in suppliers
                for lines in _parts(_lines(supplier, offered, known))
            ]
            return Answer(200, f'{{"invoice_requests":[{",".join(drafts)}]}}'.encode())

        return await once(self._manager, **identity, work=work)

    async def _check(self, asked: WantedProposals) -> None:
        if asked.supplier is not None:
            active_supplier((await self._stock.suppliers([asked.supplier])).get(asked.supplier))
        known = await self._stock.products(asked.products or ())
        errors = [
            FieldError(f"/products/{place}", "is not known")
            for place, code in enumerate(asked.products or ())
            if code not in known
        ]
        if errors:
            raise Invalid("There are no such products.", errors=errors)

    async def _offered(self, suppliers: Sequence[Buying], asked: WantedProposals) -> list[Offered]:
        ids = [one.id for one in suppliers]
        found = await self._proposals.offered(ids, asked.products, MOST_PRODUCTS + 1)
        if len(found) > MOST_PRODUCTS:
            message = f"are needed, or a supplier of fewer: there are more than {MOST_PRODUCTS}"
            raise Invalid("Too many products.", errors=[FieldError("/products", message)])
        return found

    async def _draft(self, supplier: Buying, lines: Sequence[NewLine], by: int | None) -> str:
        values = {
            "supplier": supplier.id,
            "note": "",
            "status": "draft",
            "expected_on": None,
            "proposed": True,
            "by": by,
        }
        request_id, code = await self._requests.create(None, values)
        await self._requests.add_lines(request_id, lines)
        detail = {"supplier": supplier.code, "lines": len(lines)}
        await self._audit.record(by, "invoice_request.proposed", subject(code), detail)
        body, _ = await self._requests.read(code)
        return body


def _lines(supplier: Buying, offered: Sequence[Offered], known: _Known) -> list[NewLine]:
    """Return what to order from a supplier, of what is."""
    coming = known.coming[supplier.id]
    lines = []
    for one in offered:
        if one.supplier_id != supplier.id:
            continue
        stands = known.standing[one.product_id]
        sells = demand(known.today, stands.on_hand, known.sold.get(one.product_id, {}))
        position = Position(
            stands.available,
            stands.on_order,
            stands.due,
            one.reorder_level,
            one.pack,
            one.least_quantity,
            one.shelf_life_days,
        )
        found = need(position, sells, known.today, coming, known.method)
        if found.quantity:
            said = why(
                known.method, sells, coming, position, found, stands.on_hand, stands.promised
            )
            of_supplier = (one.unit_cost, one.article_number, one.pack)
            text = said.model_dump_json()
            lines.append(NewLine(one.product_id, found.quantity, *of_supplier, text))
    return lines


def _parts(lines: Sequence[NewLine]) -> list[Sequence[NewLine]]:
    return [lines[start : start + _MOST_LINES] for start in range(0, len(lines), _MOST_LINES)]
