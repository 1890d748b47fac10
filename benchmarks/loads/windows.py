"""A shop that sells for windows of its days and at a till, and gives coupons away; as the role that owns the tables."""

from benchmarks.loads.bulk import transaction
from benchmarks.loads.seed import CART_ID

# So that nobody waits for another one's coupon or window, there are many.
_SELLING = """
    INSERT INTO slot_hours (place, weekday, opens, closes, minutes, capacity, cutoff)
        SELECT n, n, 0, 1440, 30, 10000, 0 FROM generate_series(1, 7) n;
    INSERT INTO coupon (code, name, rate, starts_on)
        SELECT 'spring-' || n, 'Ten per cent', 0.1, CURRENT_DATE - 1 FROM generate_series(1, 100) n;
"""
# A clerk who is logged in all day, at a till that is open.
_CLERK = """
    WITH made AS (
        INSERT INTO login (email, password_hash, role) VALUES ('clerk@bench.example', '$argon2id$none', 'admin') RETURNING id
    ), named AS (
        INSERT INTO staff (login_id, name) SELECT id, 'Clerk' FROM made
    )
    INSERT INTO session (login_id, token_hash, expires_at)
        SELECT id, sha256(convert_to(%(token)s, 'UTF8')), now() + interval '1 day' FROM made;
    INSERT INTO till_session (till, float) VALUES (%(till)s, 100);
"""
CLERK_TOKEN = "ogs_s_bench"  # noqa: S105 - of a clerk who is not there
TILL = "front"
_ENTERED = f"""
    UPDATE cart c SET coupon_id = k.id
    FROM generate_series(%(first)s::bigint, %(last)s) n
    JOIN coupon k ON k.code = 'spring-' || 1 + n %% 100
    WHERE c.id = {CART_ID}
"""  # noqa: S608 - of parts written above


def open_windows(owner_url: str) -> None:
    """Have the shop sell for windows of half an hour, the whole day, and at a till, and give coupons away."""
    with transaction(owner_url) as cursor:
        cursor.execute(_SELLING, ())
        cursor.execute(_CLERK, {"token": CLERK_TOKEN, "till": TILL})


def enter_coupons(owner_url: str, carts: range) -> None:
    """Enter one of the coupons into each of the carts of these numbers."""
    with transaction(owner_url) as cursor:
        cursor.execute(_ENTERED, {"first": carts.start, "last": carts.stop - 1})
