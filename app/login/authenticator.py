"""Who a bearer token stands for: a login's session or a cart, told apart by the token's prefix."""

from app.core.security import CART_TOKEN, SESSION_TOKEN, Principal, hash_token
from app.login.repository import SessionRepository


class TokenAuthenticator:
    """Asks the database one question a request, so that what has ended has ended everywhere."""

    def __init__(self, sessions: SessionRepository) -> None:
        self._sessions = sessions

    async def authenticate(self, token: str) -> Principal | None:
        """Return the token's principal; None for one that never was, has ended or expired."""
        if token.startswith(SESSION_TOKEN):
            found = await self._sessions.whose(hash_token(token))
            return Principal("session", *found) if found else None
        if token.startswith(CART_TOKEN):
            cart_id = await self._sessions.which_cart(hash_token(token))
            return Principal("cart", "cart", cart_id=cart_id) if cart_id else None
        return None
