"""The queries behind logins, their sessions and tokens."""
# ruff: noqa: S608 - the parts of the SQL are constants of this module; values are bound

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.core.database import Manager, Statement, json_object
from app.core.web import Conflict, FieldError, NotFound
from app.core.web.paging import Scalar

ACCOUNT_BY_EMAIL = Statement(
    """
    SELECT id, email, role, active, password_hash, password_changed_at
    FROM login WHERE lower(email) = lower(%(email)s)
    """,
    read=True,
)
ACCOUNT_BY_ID = Statement(
    """
    SELECT id, email, role, active, password_hash, password_changed_at
    FROM login WHERE id = %(login_id)s
    """,
    read=True,
)
# A concurrent attempt for the same address waits here for the other's end, and then finds it taken.
OPEN_ACCOUNT = Statement(
    """
    INSERT INTO login (email, password_hash, role)
    VALUES (%(email)s, %(password_hash)s, %(role)s)
    ON CONFLICT (lower(email)) DO NOTHING
    RETURNING id
    """,
    read=False,
)
INSERT_STAFF = Statement(
    "INSERT INTO staff (login_id, name) VALUES (%(login_id)s, %(name)s) RETURNING id", read=False
)
CHANGE_ACCOUNT = Statement(
    "UPDATE login SET role = %(role)s, active = %(active)s WHERE id = %(login_id)s", read=False
)
# Against what was verified: of two changes at once, one finds that its old password is no more.
CHANGE_PASSWORD = Statement(
    """
    UPDATE login SET password_hash = %(password_hash)s, password_changed_at = clock_timestamp()
    WHERE id = %(login_id)s AND (%(known)s::timestamptz IS NULL OR password_changed_at = %(known)s)
    """,
    read=False,
)
# The same password, hashed with other parameters: not a change that anybody has to notice.
REHASH = Statement(
    """
    UPDATE login SET password_hash = %(new)s WHERE id = %(login_id)s AND password_hash = %(old)s
    """,
    read=False,
)
DELETE_ACCOUNT = Statement("DELETE FROM login WHERE id = %(login_id)s", read=False)
# Locked in one order, and not against foreign keys: only role and active are at stake. Looked for
# among the few members of staff, of whom the one in question may have just been deleted.
LOCK_ADMINS = Statement(
    """
    SELECT l.id FROM login l
    WHERE l.id IN (SELECT login_id FROM staff UNION SELECT %(login_id)s::bigint)
        AND l.role = 'admin' AND l.active
        AND EXISTS (SELECT FROM login WHERE id = %(login_id)s AND role = 'admin' AND active)
    ORDER BY l.id FOR NO KEY UPDATE OF l
    """,
    read=False,
)

# The share lock makes it wait for a change of the password, and then find that it is another one;
# a change that comes later waits for this, and then ends the session.
OPEN_SESSION = Statement(
    """
    WITH verified AS (
        SELECT id, role FROM login
        WHERE id = %(login_id)s AND active AND password_changed_at = %(known)s FOR SHARE
    ), opened AS (
        INSERT INTO session (login_id, token_hash, user_agent, expires_at)
        SELECT id, %(token_hash)s, %(user_agent)s, now() + %(lifetime)s FROM verified
        RETURNING login_id, expires_at
    )
    SELECT rfc3339(o.expires_at), coalesce(s.name, c.name)
    FROM opened o
    LEFT JOIN staff s ON s.login_id = o.login_id
    LEFT JOIN customer c ON c.login_id = o.login_id
    """,
    read=False,
)
_SESSION = json_object("""
    'id', s.id, 'user_agent', s.user_agent, 'created_at', rfc3339(s.created_at),
    'expires_at', rfc3339(s.expires_at), 'current', s.id = %(current)s""")
CURRENT_USER = Statement(
    f"""
    SELECT {json_object("'email', l.email, 'role', l.role, 'name', coalesce(t.name, c.name)", session=_SESSION)}
    FROM session s
    JOIN login l ON l.id = s.login_id
    LEFT JOIN staff t ON t.login_id = l.id
    LEFT JOIN customer c ON c.login_id = l.id
    WHERE s.id = %(current)s
    """,
    read=True,
)
SESSIONS = Statement(
    f"""
    SELECT {_SESSION}, s.id
    FROM session s
    WHERE s.login_id = %(login_id)s AND s.expires_at > now()
        AND (%(before)s::bigint IS NULL OR s.id < %(before)s)
    ORDER BY s.id DESC
    LIMIT %(limit)s
    """,
    read=True,
)
END_SESSION = Statement(
    "DELETE FROM session WHERE id = %(session_id)s AND login_id = %(login_id)s", read=False
)
END_SESSIONS = Statement(
    """
    DELETE FROM session
    WHERE login_id = %(login_id)s AND (%(but)s::bigint IS NULL OR id <> %(but)s)
    """,
    read=False,
)

WHOSE_SESSION = Statement(
    """
    SELECT l.role, l.id, c.id, s.id
    FROM session s
    JOIN login l ON l.id = s.login_id
    LEFT JOIN customer c ON c.login_id = l.id
    WHERE s.token_hash = %(token_hash)s AND s.expires_at > now() AND l.active
    """,
    read=True,
)
# A guest's token opens one of the two: the cart until it is checked out or ends, then the purchase made from it, whether
# the cart is still there or not. Whoever shops is found by the first look, and LIMIT spares the second.
GUEST = Statement(
    """
    SELECT id::text, NULL FROM cart
    WHERE token_hash = %(token_hash)s AND status = 'open' AND expires_at > now()
    UNION ALL
    SELECT cart_id::text, id::text FROM purchase
    WHERE token_hash = %(token_hash)s
        AND coalesce(collected_at, cancelled_at, 'infinity') > now() - make_interval(days => %(days)s)
    LIMIT 1
    """,
    read=True,
)


class Account(NamedTuple):
    """A login as the password check needs it."""

    id: int
    email: str
    role: str
    active: bool
    password_hash: str
    password_changed_at: datetime


class AccountRepository:
    """Rows of login, and a member of staff's first row."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def find(self, email: str) -> Account | None:
        """Return the account of that address, whatever its case."""
        row = await self._manager.fetch_one(ACCOUNT_BY_EMAIL, email=email)
        return Account(*row) if row else None

    async def get(self, login_id: int) -> Account:
        """Return that account, or raise NotFound."""
        row = await self._manager.fetch_one(ACCOUNT_BY_ID, login_id=login_id)
        if row is None:
            raise NotFound
        return Account(*row)

    async def open(self, email: str, password_hash: str, role: str) -> int:
        """Insert an account and return its id; raise Conflict if the address has one."""
        login_id = await self._manager.fetch_value(
            OPEN_ACCOUNT, email=email, password_hash=password_hash, role=role
        )
        if login_id is None:
            raise Conflict(
                "This e-mail address has an account.",
                code="already_exists",
                errors=[FieldError("/email", "has an account already")],
            )
        return int(login_id)

    async def insert_staff(self, login_id: int, name: str) -> int:
        """Insert the staff row of an account and return its id."""
        return int(await self._manager.fetch_value(INSERT_STAFF, login_id=login_id, name=name))

    async def change(self, login_id: int, role: str, *, active: bool) -> None:
        """Set what the account may do, and whether it may log in."""
        await self._manager.run(CHANGE_ACCOUNT, login_id=login_id, role=role, active=active)

    async def change_password(
        self, login_id: int, password_hash: str, known: datetime | None = None
    ) -> None:
        """Set another password; raise Conflict if it was changed since `known`."""
        if not await self._manager.run(
            CHANGE_PASSWORD, login_id=login_id, password_hash=password_hash, known=known
        ):
            raise Conflict("The password has just been changed by another request.")

    async def rehash(self, login_id: int, old: str, new: str) -> None:
        """Replace the hash of an unchanged password."""
        await self._manager.run(REHASH, login_id=login_id, old=old, new=new)

    async def delete(self, login_id: int) -> None:
        """Delete an account; ForeignKeyViolation if anything names it."""
        await self._manager.run(DELETE_ACCOUNT, login_id=login_id)

    async def lock_admins_with(self, login_id: int) -> list[int]:
        """Return who the active admins are, and keep that so until the transaction ends.

        None, and nothing is locked, if `login_id` is not one of them.
        """
        return [row[0] for row in await self._manager.fetch(LOCK_ADMINS, login_id=login_id)]


class SessionRepository:
    """Rows of session, and what their tokens and those of carts stand for."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def open(
        self, account: Account, token_hash: bytes, user_agent: str, lifetime: timedelta
    ) -> tuple[str, str] | None:
        """Insert a session; return when it ends, as RFC 3339, and the user's name.

        None if the account was deactivated, or its password changed, since it was verified.
        """
        return await self._manager.fetch_one(
            OPEN_SESSION,
            login_id=account.id,
            known=account.password_changed_at,
            token_hash=token_hash,
            user_agent=user_agent,
            lifetime=lifetime,
        )

    async def current(self, session_id: int) -> str:
        """Return the JSON of who is logged in; raise NotFound if the session has just ended."""
        text = await self._manager.fetch_value(CURRENT_USER, current=session_id)
        if text is None:
            raise NotFound
        return str(text)

    async def of_login(
        self, login_id: int, current: int, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` live sessions, newest first, as (JSON, id), behind the key."""
        (before,) = after or (None,)
        return await self._manager.fetch(
            SESSIONS, login_id=login_id, current=current, before=before, limit=limit
        )

    async def end(self, login_id: int, session_id: int) -> None:
        """End one of a login's sessions; raise NotFound if it has no such one."""
        if not await self._manager.run(END_SESSION, login_id=login_id, session_id=session_id):
            raise NotFound

    async def end_all(self, login_id: int, but: int | None = None) -> None:
        """End a login's sessions, except for one."""
        await self._manager.run(END_SESSIONS, login_id=login_id, but=but)

    async def whose(self, token_hash: bytes) -> tuple[Any, ...] | None:
        """Return (role, login id, customer id, session id) of a live session."""
        return await self._manager.fetch_one(WHOSE_SESSION, token_hash=token_hash)

    async def guest(self, token_hash: bytes, days: int) -> tuple[str | None, str | None] | None:
        """Return the ids of the cart that this token opens and of the purchase made from it, one at least.

        No purchase before checkout, no cart after `tidy` has dropped it. None if the cart's time is over or the
        purchase was placed more than `days` ago.
        """
        return await self._manager.fetch_one(GUEST, token_hash=token_hash, days=days)
