"""What may be done, in one vocabulary, and which of it each role may do.

A route names what it needs of a token, never whose it is: so a role can be made or changed here, and no route with it.
`…:own` is for what the token itself opens, whoever has it; all else is for everybody's.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

Role = Literal["customer", "clerk", "admin", "cart"]
STAFF: frozenset[Role] = frozenset({"clerk", "admin"})

Permission = Literal[
    "account:own",
    "carts:own",
    "carts:claim",
    "carts:list-own",
    "catalogue:write",
    "counts:approve",
    "customers:own",
    "customers:read",
    "customers:write",
    "picking:use",
    "purchases:own",
    "purchases:list-own",
    "refunds:confirm",
    "reports:read",
    "sales:read",
    "sales:write",
    "stock:read",
    "stock:write",
    "till:use",
    "users:write",
]

_OF_CLERKS: frozenset[Permission] = frozenset(
    {
        "account:own",
        "catalogue:write",
        "customers:read",
        "customers:write",
        "picking:use",
        "sales:read",
        "sales:write",
        "stock:read",
        "stock:write",
        "till:use",
    }
)

GRANTS: Mapping[Role, frozenset[Permission]] = {
    "cart": frozenset({"carts:own", "purchases:own"}),
    "customer": frozenset(
        {
            "account:own",
            "carts:claim",
            "carts:list-own",
            "carts:own",
            "customers:own",
            "purchases:list-own",
            "purchases:own",
        }
    ),
    "clerk": _OF_CLERKS,
    "admin": _OF_CLERKS | {"counts:approve", "refunds:confirm", "reports:read", "users:write"},
}


def holders(permissions: Iterable[Permission]) -> frozenset[Role]:
    """Return the roles that may do any of it."""
    wanted = frozenset(permissions)
    return frozenset(role for role, granted in GRANTS.items() if granted & wanted)
