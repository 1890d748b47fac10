"""People of every role, their sessions and carts, and headers to ask with."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher

from tests.builders.rows import On, insert, unique

PASSWORD = "nine yellow pears on a shelf"
# Cheap parameters: made once, and what a sign-in with it is to replace.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Person:
    """Somebody with a login and a session: `headers` are those of a request in that session."""

    login_id: int
    role: str
    email: str
    name: str
    session_id: int
    token: str
    staff_id: int | None
    customer_id: int | None

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.token)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries `token`."""
    return {"Authorization": f"Bearer {token}"}


def hashed(token: str) -> bytes:
    """Return what the database keeps of a session's or a cart's token."""
    return hashlib.sha256(token.encode()).digest()


def session(on: On, login_id: int, *, hours: float = 1) -> Any:
    """Insert a session that began a day ago and ends `hours` from now; the row has its `token` too."""
    token = f"ogs_s_{secrets.token_urlsafe(32)}"
    now = datetime.now(UTC)
    made = insert(
        on,
        "session",
        login_id=login_id,
        token_hash=hashed(token),
        created_at=now - timedelta(days=1),
        expires_at=now + timedelta(hours=hours),
    )
    made.token = token
    return made


def person(
    on: On,
    role: str,
    *,
    email: str | None = None,
    name: str | None = None,
    active: bool = True,
    **more: Any,
) -> Person:
    """Insert somebody of that role who is signed in; `more` are columns of customer or staff."""
    email = email or f"{unique(role)}@shop.example"
    name = name or f"Test {email.partition('@')[0]}"
    login = insert(on, "login", email=email, password_hash=PASSWORD_HASH, role=role, active=active)
    table = "customer" if role == "customer" else "staff"
    record = insert(on, table, login_id=login.id, name=name, **more)
    made = session(on, login.id)
    return Person(
        login_id=login.id,
        role=role,
        email=email,
        name=name,
        session_id=made.id,
        token=made.token,
        staff_id=record.id if table == "staff" else None,
        customer_id=record.id if table == "customer" else None,
    )


def admin(on: On, **more: Any) -> Person:
    """Insert an admin who is signed in."""
    return person(on, "admin", **more)


def clerk(on: On, **more: Any) -> Person:
    """Insert a clerk who is signed in."""
    return person(on, "clerk", **more)


def customer(on: On, **more: Any) -> Person:
    """Insert a customer who is signed in."""
    return person(on, "customer", **more)


def as_admin(on: On) -> dict[str, str]:
    """Return headers of a new admin's request."""
    return admin(on).headers


def as_clerk(on: On) -> dict[str, str]:
    """Return headers of a new clerk's request."""
    return clerk(on).headers


def as_customer(on: On) -> dict[str, str]:
    """Return headers of a new customer's request; `customer(on)` tells who it is too."""
    return customer(on).headers


def guest_cart(on: On, *, hours: float = 1) -> Any:
    """Insert an empty guest's cart; the row has its `token` and the `headers` that open it too."""
    token = f"ogs_c_{secrets.token_urlsafe(32)}"
    ends = datetime.now(UTC) + timedelta(hours=hours)
    made = insert(on, "cart", token_hash=hashed(token), expires_at=ends)
    made.token, made.headers = token, bearer(token)
    return made


def as_guest(on: On) -> dict[str, str]:
    """Return headers of a new guest's request, with the token of an empty cart."""
    return dict(guest_cart(on).headers)
