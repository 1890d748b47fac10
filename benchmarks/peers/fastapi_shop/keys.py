"""Tokens, cursors, the keys of counted attempts, and passwords."""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from benchmarks.peers.fastapi_shop.problems import Problem, invalid

T = TypeVar("T")

SESSION_TOKEN, CART_TOKEN = "ogs_s_", "ogs_c_"
MAX_USER_AGENT = 200

_AT_ONCE = 2
_MAX_WAITING = 64
_SIGNATURE_BYTES = 16

# Of a random password that nobody knows: an unknown address takes as long as a known one.
_DUMMY_HASH = (
    "$argon2id$v=19$m=47104,t=1,p=1$"
    "y1YIuaOSjfzPXomQqMGwMQ$54dKvNiQdFzVYbd10l2mtBoL4NVo52omT1RXIY4W/h0"
)


def hash_token(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def new_session_token() -> str:
    """Return a token of 256 random bits."""
    return SESSION_TOKEN + secrets.token_urlsafe(32)


class Cursors:
    """Seals sort keys into cursors, bound to the list that `scope` names."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"cursor:" + secret).digest()

    def seal(self, scope: str, key: tuple[Any, ...]) -> str:
        """Return the cursor for the place behind `key`."""
        text = json.dumps(key, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._sign(scope, text) + text).decode().rstrip("=")

    def open(self, scope: str, cursor: str) -> tuple[Any, ...]:
        """Return the key that was sealed. Raises Problem (422)."""
        try:
            sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            sealed = b""
        signature, text = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(scope, text)):
            raise invalid(
                "The cursor does not belong to this list.",
                "/query/cursor",
                "must be the `next` of this very list",
            )
        return tuple(json.loads(text))

    def _sign(self, scope: str, text: bytes) -> bytes:
        message = len(scope.encode()).to_bytes(4) + scope.encode() + text
        return hmac.digest(self._key, message, "sha256")[:_SIGNATURE_BYTES]


class AttemptKeys:
    """The keys under which logins are counted; the database never sees an address."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"attempt:" + secret).digest()

    def address(self, address: str) -> bytes:
        """Return the key of a peer's address, of IPv6 of its /64."""
        return self._digest("address", _network_of(address))

    def account(self, email: str) -> bytes:
        """Return the key of an account."""
        return self._digest("account", email.lower())

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(("login", *parts)).encode(), "sha256")


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)


class Passwords:
    """argon2id in threads, two at once; of those that want one, 64 may wait."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0

    async def verify(self, hash_: str | None, password: str) -> bool:
        """Return whether `password` is the hash's; of none, it never is. Raises Problem (503)."""
        return await self._run(self._verify, hash_ or _DUMMY_HASH, _normalized(password))

    async def renewed(self, hash_: str, password: str) -> str | None:
        """Return the password's new hash if `hash_` was made with other parameters, else None."""
        if not self._hasher.check_needs_rehash(hash_):
            return None
        return await self._run(self._hasher.hash, _normalized(password))

    async def _run(self, function: Callable[..., T], *args: str) -> T:
        if self._waiting >= _MAX_WAITING:
            raise Problem(503, "Too many people are logging in at once. Try again.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)
        finally:
            self._waiting -= 1

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False


def _normalized(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def printable(user_agent: str) -> str:
    """Return what is kept of a User-Agent."""
    return "".join(c for c in user_agent if c.isprintable())[:MAX_USER_AGENT]
