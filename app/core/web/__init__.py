"""HTTP as the API speaks it: who may, what comes in, what goes out, and how it is refused.

A view is guarded (`security`), reads its body through the schema adapter, and answers with JSON (`json`), with a page of
a list (`paging`) or with one of the errors that are handed out here; `schema` has the types that schemas are made of.
"""

from app.core.web.errors import (
    BadRequest,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

__all__ = [
    "BadRequest",
    "Conflict",
    "FieldError",
    "Forbidden",
    "Invalid",
    "NotFound",
    "PreconditionFailed",
    "Problem",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
]
