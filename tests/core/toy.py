"""A small API with the core's machinery and nothing of a shop's."""

import json
from typing import Any, Literal

from apiflask import APIBlueprint, APIFlask

from app.core.serving.concurrency import AsyncFlask
from app.core.settings import HttpSettings, LoggingSettings
from app.core.telemetry.logging import init_logging
from app.core.telemetry.metrics import init_metrics
from app.core.web.errors import init_errors
from app.core.web.http import init_http
from app.core.web.json import json_response, no_content
from app.core.web.openapi import describe, init_openapi
from app.core.web.paging import Cursors, Page, PageQuery, after, page
from app.core.web.schema import Count, Date, Id, Money, Name, Schema, changes, omitted
from app.core.web.security import Authenticator, Principal, allow, principal, public
from app.core.wiring import provide

SECRET = "toy" * 12


class Part(Schema):
    """A part of a thing."""

    price: Money
    made: Date | None = None


class Thing(Schema):
    """A thing."""

    name: Name
    count: Count = 1
    parts: tuple[Part, ...] = ()


class ThingPatch(Schema):
    """What may change of a thing."""

    name: Name = omitted()
    made: Date | None = omitted()


class ThingQuery(PageQuery):
    """What things to list."""

    q: Name | None = None
    whole: bool | None = None
    most: Money | None = None
    id: Id | None = None
    sort: Literal["up", "down"] = "up"


class Tokens:
    """Every role's token is its name."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def authenticate(self, token: str) -> Principal | None:
        self.asked.append(token)
        match token:
            case "customer" | "clerk" | "admin":
                return Principal("session", token, login_id=7, session_id=1)
            case "cart":
                return Principal("cart", "cart", cart_id="c-1")
        return None


class Toy(AsyncFlask, APIFlask):
    """Composed as the shop is."""


def blueprint() -> APIBlueprint:
    things = APIBlueprint("things", __name__, url_prefix="/things", tag="Things")

    @things.get("")
    @public
    @things.input(ThingQuery, location="query")
    @things.output(Page[Thing])
    async def list_things(query_data: ThingQuery) -> Any:
        """List things."""
        key: Any = after(query_data) or (0,)
        start = key[0]
        numbers = range(start + 1, 8)[: query_data.limit + 1]
        return page([(f'{{"name":"thing {n}"}}', n) for n in numbers], query_data)

    @things.post("")
    @allow("catalogue:write")
    @describe(409, idempotent=True)
    @things.input(Thing)
    @things.output(Thing, status_code=201)
    async def add_thing(json_data: Thing) -> Any:
        """Add a thing."""
        return json_response(json_data, 201, {"Location": f"/things/{json_data.name}"})

    _add_single_routes(things)
    return things


def _add_single_routes(things: APIBlueprint) -> None:
    @things.get("/<name>")
    @allow("purchases:own", "sales:read")
    @things.output(Thing)
    async def read_thing(name: str) -> Any:
        """Read a thing."""
        return json_response({"name": name, "who": principal().key})

    @things.patch("/<name>")
    @allow("catalogue:write")
    @describe(conditional=True)
    @things.input(ThingPatch)
    @things.output(Thing)
    async def change_thing(name: str, json_data: ThingPatch) -> Any:
        """Change a thing."""
        return json_response({"name": name, "changes": changes(json_data)})

    @things.delete("/<name>")
    @allow("users:write")
    @things.output({}, status_code=204)
    def drop_thing(name: str) -> Any:
        """Drop a thing."""
        return no_content()


def make_toy(http: HttpSettings | None = None, logs: LoggingSettings | None = None) -> Toy:
    app = Toy("toy", title="Toy", static_folder=None, enable_openapi=False)
    init_http(app, http or HttpSettings())
    init_logging(app, logs or LoggingSettings())
    init_errors(app)
    init_metrics(app, served=False)
    provide(app, Tokens(), as_=Authenticator)
    provide(app, Cursors(SECRET))
    app.register_blueprint(blueprint())
    init_openapi(app)
    return app


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def logged(capsys: Any) -> list[dict[str, Any]]:
    """The lines that were logged since the last call."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def errors(response: Any) -> dict[str, str]:
    """The wrong values of a 422, by pointer."""
    assert response.status_code == 422, response.text
    return {error["pointer"]: error["message"] for error in response.json["errors"]}
