"""Customers: registering, and keeping one's record."""

from collections.abc import Mapping
from typing import Any

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Forbidden, NotFound
from app.core.web.conditional import check_version, etag
from app.core.web.idempotency import UNREPEATED, Answer, RequestIdentity, once
from app.core.web.paging import Scalar
from app.core.web.security import Principal
from app.login.accounts import Accounts
from app.login.attempts.service import Attempts
from app.users.customers.repository import CustomerRepository
from app.users.customers.schemas import NewCustomer


class Customers:
    """Customers see and change their own record; staff see and change all."""

    def __init__(
        self,
        manager: Manager,
        customers: CustomerRepository,
        accounts: Accounts,
        attempts: Attempts,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._customers = customers
        self._accounts = accounts
        self._attempts = attempts
        self._audit = audit

    async def register(
        self, new: NewCustomer, address: str, identity: RequestIdentity = UNREPEATED
    ) -> Answer:
        """Register a customer from a peer's address, and answer 201.

        Raises TooManyRequests for too many from there, Invalid for a weak password, Conflict
        (`already_exists`) if the e-mail address has an account, whatever its case.
        """
        await self._attempts.count("register", address=address)
        password_hash = await self._accounts.hash(new.password, new.email)

        async def work() -> Answer:
            login_id = await self._accounts.open(new.email, password_hash, "customer")
            customer_id = await self._customers.insert(login_id, new.name, new.phone, new.address)
            text, version = await self._customers.read(customer_id)
            headers = {"Location": f"/api/v1/customers/{customer_id}", "ETag": etag(version)}
            return Answer(201, text.encode(), headers)

        return await once(self._manager, **identity, work=work)

    async def read(self, customer_id: int, who: Principal) -> tuple[str, int]:
        """Return a customer's JSON and version. Raises NotFound, also for somebody else's."""
        _only_own(customer_id, who)
        return await self._customers.read(customer_id)

    async def page(
        self, q: str | None, limit: int, after: tuple[Scalar, ...] | None, *, active: bool
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` rows of (JSON, name, id), by name, behind the key `after`."""
        return await self._customers.page(q, limit, after, active=active)

    async def change(
        self, customer_id: int, values: Mapping[str, Any], expected: int | None, who: Principal
    ) -> tuple[str, int]:
        """Set what `values` names of name, phone, address and active; return JSON and version.

        Raises NotFound, also for somebody else's, Forbidden for a customer who sends `active`,
        and PreconditionFailed unless the version is `expected` (None: any).
        """
        _only_own(customer_id, who)
        if "active" in values and not who.is_staff:
            raise Forbidden("Only staff may change `active`.")
        return await self._manager.transaction(self._change, customer_id, values, expected, who)

    async def _change(
        self, customer_id: int, values: Mapping[str, Any], expected: int | None, who: Principal
    ) -> tuple[str, int]:
        login_id, version = await self._customers.lock(customer_id)
        check_version(version, expected)
        if values:
            columns = dict(values)
            if (active := columns.pop("active", None)) is not None:
                await self._accounts.change(login_id, "customer", active=active)
            await self._customers.update(customer_id, columns)
            await self._note("updated", customer_id, who, {"changed": sorted(values)})
        return await self._customers.read(customer_id)

    async def delete(self, customer_id: int, expected: int | None, who: Principal) -> None:
        """Forget a customer: record, carts, login and sessions.

        Raises NotFound, also for somebody else's, PreconditionFailed as change() does, and
        ForeignKeyViolation for who has bought something: the books keep such a one.
        """
        _only_own(customer_id, who)

        async def work() -> None:
            login_id, version = await self._customers.lock(customer_id)
            check_version(version, expected)
            await self._customers.delete(customer_id)
            await self._accounts.close(login_id)
            await self._note("deleted", customer_id, who, {})

        await self._manager.transaction(work)

    async def set_password(self, customer_id: int, password: str, who: Principal) -> None:
        """Give a customer another password without asking for the old one, and end their sessions.

        Raises NotFound, and Invalid for a weak password.
        """
        login_id, _ = await self._customers.lock(customer_id)
        email = (await self._accounts.get(login_id)).email
        password_hash = await self._accounts.hash(password, email)

        async def work() -> None:
            await self._customers.lock(customer_id)
            await self._accounts.reset_password(login_id, password_hash)
            await self._note("updated", customer_id, who, {"changed": ["password"]})

        await self._manager.transaction(work)

    async def _note(
        self, verb: str, customer_id: int, who: Principal, detail: Mapping[str, Any]
    ) -> None:
        """Note what staff did; never with the data, which customers may ask to be forgotten."""
        if who.is_staff:
            subject = f"customer:{customer_id}"
            await self._audit.record(who.login_id, f"customer.{verb}", subject, detail)


def _only_own(customer_id: int, who: Principal) -> None:
    if not who.is_staff and who.customer_id != customer_id:
        raise NotFound("There is no such customer.")
