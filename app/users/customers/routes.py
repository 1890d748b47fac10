"""Customers, for themselves and for the staff."""

from apiflask import APIBlueprint
from flask import Response

from app.core.web.conditional import etag, expected_version
from app.core.web.http import peer_address
from app.core.web.idempotency import confidential_identity
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe
from app.core.web.paging import Page, after, page
from app.core.web.schema import changes
from app.core.web.security import allow, principal, public
from app.core.wiring import wired
from app.users.customers.schemas import Customer, CustomerChange, CustomerPassword, NewCustomer
from app.users.customers.service import Customers
from app.users.schemas import PeopleQuery

blueprint = APIBlueprint("customers", __name__, url_prefix="/api/v1/customers", tag="Customers")


@blueprint.post("")
@public
@describe(409, 429, idempotent=True)
@blueprint.input(NewCustomer, location="json")
@blueprint.output(Customer, status_code=201)
async def register(json_data: NewCustomer) -> Response:
    """Register as a customer; log in next."""
    address, identity = peer_address(), confidential_identity()
    return (await wired(Customers).register(json_data, address, identity)).response()


@blueprint.get("")
@allow("customers:read")
@blueprint.input(PeopleQuery, location="query")
@blueprint.output(Page[Customer])
async def list_customers(query_data: PeopleQuery) -> Response:
    """List customers by name."""
    rows = await wired(Customers).page(
        query_data.q, query_data.limit + 1, after(query_data), active=query_data.active
    )
    return page(rows, query_data)


@blueprint.get("/<int:customer_id>")
@allow("customers:own", "customers:read")
@blueprint.output(Customer)
async def read_customer(customer_id: int) -> Response:
    """Read a customer; customers read their own record."""
    text, version = await wired(Customers).read(customer_id, principal())
    return json_response(text, headers={"ETag": etag(version)})


@blueprint.patch("/<int:customer_id>")
@allow("customers:own", "customers:write")
@describe(conditional=True)
@blueprint.input(CustomerChange, location="json")
@blueprint.output(Customer)
async def change_customer(customer_id: int, json_data: CustomerChange) -> Response:
    """Change a customer; customers change their own record."""
    text, version = await wired(Customers).change(
        customer_id, changes(json_data), expected_version(), principal()
    )
    return json_response(text, headers={"ETag": etag(version)})


@blueprint.delete("/<int:customer_id>")
@allow("customers:own", "customers:write")
@describe(409, conditional=True)
@blueprint.output({}, status_code=204)
async def delete_customer(customer_id: int) -> Response:
    """Delete a customer who has bought nothing; staff deactivate others."""
    await wired(Customers).delete(customer_id, expected_version(), principal())
    return no_content()


@blueprint.put("/<int:customer_id>/password")
@allow("customers:write")
@blueprint.input(CustomerPassword, location="json")
@blueprint.output({}, status_code=204)
async def set_customer_password(customer_id: int, json_data: CustomerPassword) -> Response:
    """Give a customer who stands at the counter another password; their sessions end.

    Those whose accounts were imported have none before.
    """
    await wired(Customers).set_password(customer_id, json_data.password, principal())
    return no_content()
