"""The statements about images, and how a thing's JSON says where its own is."""
# ruff: noqa: S608 - all parts of the SQL in here are written in here

from collections.abc import Mapping
from typing import Literal

from app.core.database import Statement

Size = Literal["small", "medium", "large"]
SIZES: tuple[Size, ...] = ("small", "medium", "large")

# Whoever is about to name an image has a share of this until the transaction's end, so that none goes meanwhile; whoever
# deletes has it alone, and looks at what is named when it has it.
_LOCK = "hashtext('images')"
HOLD = Statement(f"SELECT pg_advisory_xact_lock_shared({_LOCK})", read=False)
HOLD_ALONE = Statement(f"SELECT pg_advisory_xact_lock({_LOCK})", read=False)

READ_WHOLE = Statement(
    "SELECT small, medium, large, width, height FROM image WHERE hash = %(hash)s", read=True
)

STORE = Statement(
    """
    INSERT INTO image (hash, small, medium, large, width, height)
    VALUES (%(hash)s, %(small)s, %(medium)s, %(large)s, %(width)s, %(height)s)
    ON CONFLICT (hash) DO NOTHING
    """
)

READ: Mapping[Size, Statement] = {
    size: Statement(
        f"SELECT CASE WHEN %(wanted)s THEN {size} ELSE '' END FROM image WHERE hash = %(hash)s",
        read=True,
    )
    for size in SIZES
}

# OFFSET, which is none, keeps the planner from joining: it would read all products to look at some images.
DELETE_UNNAMED = Statement(
    """
    WITH looked_at AS (
        SELECT hash FROM image WHERE hash > %(behind)s ORDER BY hash LIMIT %(limit)s
    ), deleted AS (
        DELETE FROM image i USING looked_at l
        WHERE i.hash = l.hash
            AND NOT EXISTS (SELECT FROM product p WHERE p.image = i.hash OFFSET 0)
            AND NOT EXISTS (SELECT FROM category c WHERE c.image = i.hash OFFSET 0)
        RETURNING i.hash
    )
    SELECT (SELECT max(hash) FROM looked_at), (SELECT count(*) FROM deleted)
    """,
    read=False,
)


def paths(column: str) -> str:
    """Return SQL for the JSON of where the image is whose hash is in `column`; NULL where there is none."""
    members = ",".join(f'"{size}":"/api/v1/images/#/{size}"' for size in SIZES)
    return f"replace('{{{members}}}', '#', {column})"
