"""Deposits over HTTP."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.product.answers import created, shown
from app.product.deposits.kind import DEPOSIT
from app.product.deposits.schemas import Deposit, DepositChanges, NewDeposit
from app.product.schemas import ListQuery
from app.product.service import Catalogue

blueprint = APIBlueprint("deposits", __name__, url_prefix="/api/v1/deposits", tag="Deposits")


@blueprint.get("")
@allow("catalogue:write")
@blueprint.input(ListQuery, location="query")
@blueprint.output(Page[Deposit])
async def list_deposits(query_data: ListQuery) -> Response:
    """List deposits by name."""
    rows = await wired(Catalogue).page(
        DEPOSIT, active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("")
@allow("catalogue:write")
@describe(409)
@blueprint.input(NewDeposit, location="json")
@blueprint.output(Deposit, status_code=201)
@idempotent
async def create_deposit(json_data: NewDeposit) -> Response:
    """Add a deposit."""
    values = json_data.model_dump()
    found = await wired(Catalogue).create(DEPOSIT, values, principal().login_id)
    return created(found, json_data.code)


@blueprint.get("/<code>")
@allow("catalogue:write")
@blueprint.output(Deposit)
async def read_deposit(code: str) -> Response:
    """Read a deposit by its code."""
    return shown(await wired(Catalogue).read(DEPOSIT, code))


@blueprint.patch("/<code>")
@allow("catalogue:write")
@describe(conditional=True)
@blueprint.input(DepositChanges, location="json")
@blueprint.output(Deposit)
async def change_deposit(code: str, json_data: DepositChanges) -> Response:
    """Change a deposit: what is not sent stays as it is.

    Carts follow at once; what was sold stays as it was.
    """
    by, expected = principal().login_id, expected_version()
    change = wired(Catalogue).change
    return shown(await change(DEPOSIT, code, changes(json_data), expected=expected, by=by))


@blueprint.delete("/<code>")
@allow("catalogue:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_deposit(code: str) -> Response:
    """Delete a deposit that was never used.

    Refused with 409 `in_use` if a product names it; withdraw it instead.
    """
    by = principal().login_id
    await wired(Catalogue).delete(DEPOSIT, code, expected=expected_version(), by=by)
    return no_content()
