"""Where a login comes from."""

from dataclasses import dataclass

from flask import request

from app.core.web.http import peer_address


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a request came from: the address of the peer, and what it says of itself."""

    address: str
    user_agent: str


def peer() -> Peer:
    """Return where the request under way came from."""
    return Peer(peer_address(), request.user_agent.string)
