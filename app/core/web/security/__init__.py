"""Who is asking, what they may do, and what each view needs of them.

Every view carries `@public` or `@allow(…)`, directly below its route decorator, so that who may
not ask is told so before anything that they sent is read.
"""

from app.core.web.security.guards import (
    allow,
    maybe_principal,
    principal,
    public,
    refusal_by_scope,
    require,
    require_guards,
)
from app.core.web.security.permissions import Permission
from app.core.web.security.principals import (
    CART_TOKEN,
    SESSION_TOKEN,
    Authenticator,
    Principal,
    hash_token,
    new_token,
)

__all__ = [
    "CART_TOKEN",
    "SESSION_TOKEN",
    "Authenticator",
    "Permission",
    "Principal",
    "allow",
    "hash_token",
    "maybe_principal",
    "new_token",
    "principal",
    "public",
    "refusal_by_scope",
    "require",
    "require_guards",
]
