"""Suppliers over HTTP: for staff."""

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.conditional import etag, expected_version
from app.core.web.idempotency import idempotent
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal
from app.core.wiring import wired
from app.inventory.suppliers.schemas import NewSupplier, Supplier, SupplierChanges, SupplierQuery
from app.inventory.suppliers.service import Suppliers

blueprint = APIBlueprint("suppliers", __name__, url_prefix="/api/v1", tag="Suppliers")


@blueprint.get("/suppliers")
@allow("stock:read")
@blueprint.input(SupplierQuery, location="query")
@blueprint.output(Page[Supplier])
async def list_suppliers(query_data: SupplierQuery) -> Response:
    """List suppliers by name."""
    rows = await wired(Suppliers).page(
        active=query_data.active, limit=query_data.limit + 1, after=after(query_data)
    )
    return page(rows, query_data)


@blueprint.post("/suppliers")
@allow("stock:write")
@describe(409)
@blueprint.input(NewSupplier)
@blueprint.output(Supplier, status_code=201)
@idempotent
async def create_supplier(json_data: NewSupplier) -> Response:
    """Add a supplier."""
    body, version = await wired(Suppliers).create(json_data.model_dump(), principal().login_id)
    place = f"{request.path}/{json_data.code}"
    return json_response(body, 201, {"Location": place, "ETag": etag(version)})


@blueprint.get("/suppliers/<code>")
@allow("stock:read")
@blueprint.output(Supplier)
async def read_supplier(code: str) -> Response:
    """Read a supplier by its code."""
    body, version = await wired(Suppliers).read(code)
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.patch("/suppliers/<code>")
@allow("stock:write")
@describe(conditional=True)
@blueprint.input(SupplierChanges)
@blueprint.output(Supplier)
async def change_supplier(code: str, json_data: SupplierChanges) -> Response:
    """Change a supplier, or withdraw it."""
    body, version = await wired(Suppliers).change(
        code, changes(json_data), expected_version(), principal().login_id
    )
    return json_response(body, headers={"ETag": etag(version)})


@blueprint.delete("/suppliers/<code>")
@allow("stock:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_supplier(code: str) -> Response:
    """Delete a supplier that nothing refers to."""
    await wired(Suppliers).delete(code, expected_version(), principal().login_id)
    return no_content()
