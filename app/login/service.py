"""Sessions: logging in and out, and changing one's own password."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.settings import SecuritySettings
from app.core.web import FieldError, Forbidden, Invalid, Unauthenticated
from app.core.web.paging import Scalar
from app.core.web.security import SESSION_TOKEN, Principal, hash_token, new_token
from app.login.accounts import Accounts
from app.login.attempts.service import Attempts
from app.login.peers import Peer
from app.login.repository import Account, SessionRepository

MAX_USER_AGENT = 200


@dataclass(frozen=True, slots=True)
class NewSessionUser:
    """Whose session it is."""

    email: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that was just opened; its token is not kept anywhere."""

    token: str
    expires_at: str
    user: NewSessionUser


class Sessions:
    """Logs people in and out."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: SessionRepository,
        attempts: Attempts,
        settings: SecuritySettings,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._attempts = attempts
        self._staff_lifetime = timedelta(hours=settings.session_hours)
        self._customer_lifetime = timedelta(days=settings.customer_session_days)

    async def sign_in(self, email: str, password: str, peer: Peer) -> NewSession:
        """Open a session for who knows the password.

        Raises TooManyRequests above the bounds on tries, and Unauthenticated (`bad_credentials`),
        in the same words and after the same work, for an address without an account, a wrong
        password and an account that was deactivated.
        """
        account = await self._accounts.find(email)
        # PostgreSQL folds cases that Python does not: the count is under the address it found.
        counted = (account.email if account else email).lower()
        await self._attempts.count_login(counted, peer.address)
        right = await self._accounts.verify(account, password)
        if not (account and right and account.active):
            raise _bad_credentials()
        await self._attempts.logged_in(counted, peer.address)
        await self._accounts.refresh_hash(account, password)
        return await self._open(account, peer)

    async def _open(self, account: Account, peer: Peer) -> NewSession:
        token = new_token(SESSION_TOKEN)
        customer = account.role == "customer"
        lifetime = self._customer_lifetime if customer else self._staff_lifetime
        agent = "".join(c for c in peer.user_agent if c.isprintable())[:MAX_USER_AGENT]
        opened = await self._sessions.open(account, hash_token(token), agent, lifetime)
        if opened is None:
            raise _bad_credentials()
        expires_at, name = opened
        return NewSession(token, expires_at, NewSessionUser(account.email, account.role, name))

    async def current(self, who: Principal) -> str:
        """Return the JSON of who is logged in and what they may do; raise NotFound if they have just logged out."""
        _, session_id = _ids(who)
        known = await self._sessions.current(session_id)
        may = ",".join(f'"{permission}"' for permission in sorted(who.permissions))
        return f'{known.removesuffix("}")},"permissions":[{may}]}}'

    async def sign_out(self, who: Principal) -> None:
        """End the session that asks."""
        await self._sessions.end(*_ids(who))

    async def all_of(
        self, who: Principal, limit: int, after: tuple[Scalar, ...] | None
    ) -> list[tuple[Any, ...]]:
        """Return up to `limit` of one's live sessions, newest first, as (JSON, id)."""
        return await self._sessions.of_login(*_ids(who), limit, after)

    async def end(self, who: Principal, session_id: int) -> None:
        """End one of one's own sessions; raise NotFound for anybody else's."""
        login_id, _ = _ids(who)
        await self._sessions.end(login_id, session_id)

    async def change_password(self, who: Principal, current: str, new: str) -> None:
        """Change one's own password, and end one's other sessions.

        Raises Invalid for a wrong current or a weak new password, TooManyRequests for many wrong
        ones: a stolen session must not be a way to find out the password.
        """
        login_id, session_id = _ids(who)
        account = await self._accounts.get(login_id)
        # By session: who has stolen one must not keep the owner from changing the password in another.
        counted = str(session_id)
        await self._attempts.count("password", account=counted)
        if not await self._accounts.verify(account, current):
            wrong = FieldError("/current_password", "is not the present password")
            raise Invalid("The present password is another one.", errors=[wrong])
        await self._attempts.forget("password", counted)
        await self._accounts.change_password(account, new, session_id)


def _ids(who: Principal) -> tuple[int, int]:
    """Return whose session it is, and which."""
    if who.login_id is None or who.session_id is None:
        raise Forbidden("A cart has no login.")
    return who.login_id, who.session_id


def _bad_credentials() -> Unauthenticated:
    return Unauthenticated("The e-mail address or the password is wrong.", code="bad_credentials")
