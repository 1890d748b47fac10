"""A bound on public routes where secrets are tried or much is computed; all workers share it."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Literal

from app.core.settings import SecuritySettings
from app.core.web import TooManyRequests
from app.login.attempts.repository import AttemptRepository

_AN_HOUR = timedelta(hours=1)


class Attempts:
    """Counts tries by account and by address in windows of a fixed length.

    Only an HMAC of what is counted reaches the database, so that no address is kept there.
    """

    def __init__(
        self, repository: AttemptRepository, secret: str, limits: SecuritySettings
    ) -> None:
        self._repository = repository
        # A key of its own: what is made with it means nothing anywhere else.
        self._key = hashlib.sha256(b"attempt:" + secret.encode()).digest()
        self._per_account = limits.attempts_per_account
        self._per_account_anywhere = limits.attempts_per_account_anywhere
        self._per_address = limits.attempts_per_address
        self._window = timedelta(minutes=limits.attempts_window_minutes)
        self._spared_for = timedelta(days=limits.known_network_days)
        self._of_guests = {
            "cart": limits.guest_carts_per_address,
            "checkout": limits.guest_checkouts_per_address,
        }

    async def count(
        self, kind: str, *, address: str | None = None, account: str | None = None
    ) -> None:
        """Count one more try of `kind` by an address, on an account, or both; refused ones too.

        `address` is the peer's, `account` a stable name. Raises TooManyRequests, with the seconds
        until the window ends, above a bound. Has to be outside of a transaction: a try counts
        whatever comes of it.
        """
        bounds: dict[bytes, int] = {}
        if address is not None:
            bounds[self._digest(kind, "address", network_of(address))] = self._per_address
        if account is not None:
            bounds[self._digest(kind, "account", account)] = self._per_account
        counted = await self._repository.count(sorted(bounds), self._window)
        _refuse_for(max((wait for key, tries, wait in counted if tries > bounds[key]), default=0))

    async def count_guest(self, kind: Literal["cart", "checkout"], address: str) -> None:
        """Count one more cart or checkout of a guest at the peer's address, as count() does.

        Raises TooManyRequests `too_many_guests`.
        """
        bound = self._of_guests[kind]
        if not bound:
            return
        key = self._digest(f"guest {kind}", "address", network_of(address))
        ((_, tries, wait),) = await self._repository.count([key], _AN_HOUR)
        if tries > bound:
            detail = "Too many guests came from this network. Log in, or wait, then try again."
            raise TooManyRequests(detail, code="too_many_guests", retry_after=wait)

    async def count_login(self, account: str, address: str) -> None:
        """Count one more login to an account from the peer's address, as count() does.

        What comes from one network has a tight bound, so that a stranger who guesses locks out nobody but his
        network. What comes from all of them together has a loose one, and behind it not a wall but pauses that grow:
        only for networks from which nobody has logged in to it.
        """
        network = network_of(address)
        await self.count("login", address=address, account=f"{account} {network}")
        key, spared = self._digest("login", "anywhere", account), self._known(account, network)
        bound = self._per_account_anywhere
        _refuse_for(await self._repository.count_slowly(key, spared, bound, self._window))

    async def logged_in(self, account: str, address: str) -> None:
        """Begin the count of a login's network anew, and know it: its owner has shown who they are."""
        network = network_of(address)
        await self.forget("login", f"{account} {network}")
        await self._repository.spare(self._known(account, network), self._spared_for)

    async def forget(self, kind: str, account: str) -> None:
        """Begin the count on `account` anew: its owner has shown who they are."""
        await self._repository.forget(self._digest(kind, "account", account))

    def _known(self, account: str, network: str) -> bytes:
        return self._digest("login", "known", account, network)

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256")


def _refuse_for(seconds: int) -> None:
    if seconds:
        raise TooManyRequests("Tried too often. Wait, then try again.", retry_after=seconds)


def network_of(address: str) -> str:
    """Return what is counted for a peer's address: of IPv6 the /64, which one customer has whole.

    What is no address (a unix socket's peer has none) is counted as it is.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)
