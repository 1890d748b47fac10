"""Who a token stands for, and logging in."""

WHICH_CART = """
SELECT id FROM cart WHERE token_hash = $1 AND (status = 'checked_out' OR expires_at > now())"""

WHOSE_SESSION = """
SELECT l.id, c.id FROM session s
JOIN login l ON l.id = s.login_id JOIN customer c ON c.login_id = l.id
WHERE s.token_hash = $1 AND s.expires_at > now() AND l.active AND l.role = 'customer'"""

ACCOUNT = """
SELECT id, email, role, active, password_hash, password_changed_at
FROM login WHERE lower(email) = lower($1)"""

# Keys come sorted, so that two requests that count the same two lock them in the same order.
COUNT_ATTEMPTS = """
INSERT INTO attempt AS known (key, tries, window_ends_at)
SELECT key, 1, now() + $2::interval FROM unnest($1::bytea[]) AS given (key)
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN known.window_ends_at > now() THEN least(known.tries, 1000000) + 1 ELSE 1 END,
    window_ends_at = CASE WHEN known.window_ends_at > now()
        THEN known.window_ends_at ELSE excluded.window_ends_at END
RETURNING key, tries, ceil(extract(epoch FROM window_ends_at - now()))::int"""

FORGET_ATTEMPTS = "DELETE FROM attempt WHERE key = $1"

REHASH = "UPDATE login SET password_hash = $3 WHERE id = $1 AND password_hash = $2"

OPEN_SESSION = """
WITH verified AS (
    SELECT id, role FROM login WHERE id = $1 AND active AND password_changed_at = $2 FOR SHARE
), opened AS (
    INSERT INTO session (login_id, token_hash, user_agent, expires_at)
    SELECT id, $3, $4, now() + $5::interval FROM verified
    RETURNING login_id, expires_at
)
SELECT rfc3339(o.expires_at), coalesce(s.name, c.name)
FROM opened o
LEFT JOIN staff s ON s.login_id = o.login_id
LEFT JOIN customer c ON c.login_id = o.login_id"""
