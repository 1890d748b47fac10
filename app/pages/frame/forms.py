"""Forms: that they were sent from a page of ours, and what was typed into them."""

import hashlib
import hmac
from collections.abc import Awaitable, Mapping
from typing import Any, Generic, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from flask import g, request
from pydantic import BaseModel, ValidationError

from app.core.settings import Settings
from app.core.web import Forbidden, Invalid, Problem
from app.core.web.adapter import details
from app.core.web.bodies import read_body
from app.core.web.errors import UnsupportedMediaType
from app.core.wiring import present, wired
from app.pages.frame.cookies import SESSION, Cookies
from app.pages.frame.sentences import OF_MEMBERS, OF_TYPES

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")

TOKEN = "csrf"  # noqa: S105 - the name of the field
MAX_FIELDS = 500
_TO_BE_MENDED = frozenset({401, 404, 409, 412, 422, 429})


def form_token() -> str:
    """Return what a form has to send along: it goes with the session, which no other site knows."""
    secret = wired(Settings).secret.get_secret_value().encode()
    session = wired(Cookies).read(SESSION) or ""
    return hmac.digest(b"form:" + secret, session.encode(), hashlib.sha256).hex()[:32]


def check_sender() -> None:
    """Raise Forbidden unless a page of this very origin sent the form.

    Browsers say where a form comes from, in two ways; the token stands behind them, for those that say neither.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in {None, "same-origin"} or (origin is not None and not _is_ours(origin)):
        raise Forbidden(code="other_site")
    if not hmac.compare_digest(fields().get(TOKEN, "").encode(), form_token().encode()):
        raise Forbidden(code="old_form")


def _is_ours(origin: str) -> bool:
    return urlsplit(origin)[:2] == (request.scheme, request.host)


def fields() -> dict[str, str]:
    """Return the fields of the form that was sent, the last of each name; it is read once.

    Raises UnsupportedMediaType for another body than a form's, and Invalid for more fields than any form has.
    """
    if "fields" in g:
        return cast("dict[str, str]", g.fields)
    if request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType("This takes what a form sends.")
    try:
        pairs = parse_qsl(
            read_body(present(request)).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise Invalid("The form cannot be read.") from None
    g.fields = found = dict(pairs)
    return found


class Form(Generic[Model]):
    """What somebody typed, to be shown again where something is wrong with it: nothing is lost.

    `value` is the schema's instance, None where `errors` says what is wrong, by field.
    """

    def __init__(self, values: Mapping[str, str], schema: type[Model] | None = None) -> None:
        self.values = dict(values)
        self.errors: dict[str, str] = {}
        self.value: Model | None = None
        self.problem: Problem | None = None
        if schema is not None:
            self._read(schema)

    def _read(self, schema: type[Model]) -> None:
        # An empty field is one that nobody filled in. Only of passwords do blanks count.
        given = {
            name: value if "password" in name else value.strip()
            for name, value in self.values.items()
            if value.strip() and name != TOKEN
        }
        try:
            self.value = schema.model_validate_strings(given)
        except ValidationError as error:
            for found in details(error):
                name = str(found["loc"][0]) if found["loc"] else ""
                self.errors.setdefault(name, OF_TYPES.get(found["type"], found["msg"]))

    async def do(self, work: Awaitable[Result]) -> Result | None:
        """Await what the form asks for; None where it is refused, and `problem` says why.

        What that says of single members is beside their fields then. Raises what no other input would change.
        """
        try:
            return await work
        except Problem as problem:
            if problem.status not in _TO_BE_MENDED:
                raise
            self.problem = problem
            for error in problem.errors:
                name = error.pointer.strip("/").partition("/")[0]
                self.errors.setdefault(name, OF_MEMBERS.get(error.message, error.message))
            return None

    async def done(self, work: Awaitable[object]) -> bool:
        """Await what the form asks for, as do() does, and say whether it was done."""
        await self.do(work)
        return self.problem is None

    @property
    def status(self) -> int:
        """The status of the page that shows the form again."""
        return self.problem.status if self.problem else 422 if self.errors else 200


def sent_form(schema: type[Model]) -> Form[Model]:
    """Return the form that was sent, read as a `schema`."""
    return Form(fields(), schema)


def empty_form(**values: Any) -> Form[Any]:
    """Return a form that nobody has filled in but for these values."""
    return Form({name: str(value) for name, value in values.items() if value is not None})
