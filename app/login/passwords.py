"""Password hashes, made off the event loop and two at once."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.threads import Threads
from app.core.web import Unavailable

AT_ONCE = 2

# Of a random password that nobody knows. A login that does not exist is checked against it, so
# that it takes as long as one that does.
DUMMY_HASH = (
    "$argon2id$v=19$m=47104,t=1,p=1$"
    "y1YIuaOSjfzPXomQqMGwMQ$54dKvNiQdFzVYbd10l2mtBoL4NVo52omT1RXIY4W/h0"
)


class Passwords:
    """argon2id with OWASP's m=46 MiB, t=1, p=1: about 50 ms and 46 MiB each.

    Two are made at once; of those that want one, `max_waiting` may be under way or wait.
    """

    def __init__(self, *, max_waiting: int = 64) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
        self._threads = Threads("argon2", at_once=AT_ONCE, max_waiting=max_waiting, busy=_busy)

    async def hash(self, password: str) -> str:
        """Return the encoded hash of `password`, with its parameters and salt in it.

        Raises Unavailable when too many are waiting already.
        """
        return await self._threads.run(self._hasher.hash, password)

    async def verify(self, hash_: str, password: str) -> bool:
        """Return whether `password` is the one that `hash_` was made of.

        Raises Unavailable when too many are waiting already.
        """
        return await self._threads.run(self._verify, hash_, password)

    def outdated(self, hash_: str) -> bool:
        """Return whether `hash_` was made with other parameters than hash() uses now."""
        return self._hasher.check_needs_rehash(hash_)

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False


def _busy() -> Unavailable:
    return Unavailable("Too many people are logging in at once. Try again.")
