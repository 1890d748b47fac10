"""What a view says of itself that cannot be seen."""

from typing import Any


def describe(
    *statuses: int,
    conditional: bool = False,
    idempotent: bool = False,
    kept: bool = False,
    known: bool = False,
    query_in_path: bool = False,
) -> Any:
    """Say of a view what cannot be seen: further problems by status, and headers that it reads.

    `conditional` views honour `If-Match` (and answer 412), `idempotent` ones `Idempotency-Key`: those that are
    @idempotent need not say so. What `kept` ones answer may be kept and asked for again with `If-None-Match`; `known`
    ones are public and know who asks if there is a token. Where `query_in_path`, what stands behind a `?` belongs to the
    last part of the path, and the view reads it. Put it below the guard. 400, 401, 403, 404, 408, 413, 415,
    422 and 503 are found out without it.
    """

    def decorator(view: Any) -> Any:
        view.problems = frozenset(statuses)
        view.conditional = conditional
        view.idempotent = idempotent or getattr(view, "idempotent", False)
        view.kept = kept
        view.known = known
        view.query_in_path = query_in_path
        return view

    return decorator
