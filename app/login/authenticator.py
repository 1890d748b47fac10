"""Who a bearer token stands for: a login's session or a guest, told apart by the token's prefix."""

from app.core.web.security import CART_TOKEN, SESSION_TOKEN, Principal, hash_token
from app.login.repository import SessionRepository


class TokenAuthenticator:
    """Asks the database one question a request, so that what has ended has ended everywhere."""

    def __init__(self, sessions: SessionRepository, guest_purchase_days: int) -> None:
        self._sessions = sessions
        self._days = guest_purchase_days

    async def authenticate(self, token: str) -> Principal | None:
        """Return the token's principal; None for one that never was, has ended or expired."""
        if token.startswith(SESSION_TOKEN):
            found = await self._sessions.whose(hash_token(token))
            return Principal("session", *found) if found else None
        if token.startswith(CART_TOKEN):
            guest = await self._sessions.guest(hash_token(token), self._days)
            return (
                Principal("cart", "cart", cart_id=guest[0], purchase_id=guest[1]) if guest else None
            )
        return None
