"""The words that tell programs what went wrong, by status; each with a sentence that may come with it."""

from collections.abc import Mapping

CODES: Mapping[int, Mapping[str, str]] = {
    400: {"bad_request": "The body is empty; it must be JSON."},
    401: {
        "unauthenticated": "This needs a token: Authorization: Bearer …",
        "invalid_token": "The token is wrong or has expired.",
        "bad_credentials": "The e-mail address or the password is wrong.",
    },
    403: {"forbidden": "This is for admin only."},
    404: {"not_found": "There is no such product."},
    405: {"method_not_allowed": "The path is known, but not with this method."},
    409: {
        "conflict": "It is not in a state that allows this.",
        "already_exists": "There is one with the same value already.",
        "in_use": "Something else still refers to it.",
        "in_progress": "The first request with this Idempotency-Key is still running.",
        "last_admin": "The shop's last active admin has to stay one.",
        "withdrawn": "The product is not sold any more.",
        "empty_cart": "The cart is empty.",
        "cart_full": "A cart holds at most 200 products.",
        "checked_out": "The cart was checked out.",
        "out_of_stock": "There is not enough of everything any more.",
        "price_changed": "The cart costs 12.80 now.",
        "unpaid": "12.80 of it is not paid yet.",
        "payment_above_total": "Only 12.80 is due.",
        "refund_above_paid": "Only 5.00 of it was paid and not given back.",
        "purchase_ended": "The purchase was cancelled.",
        "not_collected": "Only collected goods can come back.",
        "return_above_sold": "More came back than was sold.",
        "expired": "What has expired cannot be handed over.",
        "allocated": "Some of that is promised to purchases.",
        "not_on_hand": "The lot has less than that on hand.",
        "not_open": "The invoice request is received already.",
        "over_received": "More came than was asked for.",
    },
    412: {"precondition_failed": "It has been changed since it was read; read it again."},
    413: {"too_large": "The body is longer than this server reads."},
    415: {"unsupported_media_type": "The body must be application/json in UTF-8."},
    422: {
        "invalid": "The body has wrong values.",
        "out_of_range": "A value is outside of what can be stored.",
        "idempotency_mismatch": "This Idempotency-Key came with another request before.",
    },
    429: {"too_many_requests": "Too many attempts; wait a while."},
    500: {"internal_error": "Something went wrong here."},
    503: {
        "unavailable": "The database cannot be reached or is too busy. Try again.",
        "outcome_unknown": "The database went away; whether this was done is not known.",
        "schema_outdated": "The database does not have this version's tables yet.",
        "shutting_down": "This process is shutting down.",
        "demo_data": "Somebody may log in with a password of the demo shop.",
    },
}
"""All of them; a test looks for others in the code. More may come: a client treats those as it does their status."""

TAGS: Mapping[str, str] = {
    "Products": "What the shop sells, at today's price and with what there is of it.",
    "Categories": "The tree that products are found in.",
    "Brands": "Makers' names.",
    "Discounts": "Rates off the price, with their days.",
    "Carts": "What somebody means to buy, and checking it out.",
    "Purchases": "What was bought: paying, collecting, cancelling, returning.",
    "Login": "Sessions and their tokens, and one's own password.",
    "Customers": "Who registered to buy.",
    "Staff": "Clerks and admins.",
    "Stock": "What there is, in lots; each change of it.",
    "Suppliers": "Who delivers.",
    "Invoice requests": "What was asked of suppliers, and receiving it.",
    "Health": "For probes and monitoring.",
}
