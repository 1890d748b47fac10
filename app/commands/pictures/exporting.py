"""The products' pictures as files, each named by its product's code: what `import images` takes."""

from pathlib import Path

from psycopg2 import extensions

# Each may have some hundred kilobytes.
_ROWS_AT_ONCE = 20

_PICTURES = """
    DECLARE pictures NO SCROLL CURSOR FOR
    SELECT p.code, i.large FROM product p JOIN image i ON i.hash = p.image ORDER BY p.code COLLATE "C"
"""


def write_pictures(cursor: extensions.cursor, folder: Path) -> int:
    """Write the large rendition of each product's picture into `folder`, as CODE.webp, and return how many there were.

    The folder is made if it is not there; what else is in it stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cursor.execute(_PICTURES)
    count = 0
    while True:
        cursor.execute(f"FETCH {_ROWS_AT_ONCE} FROM pictures")
        rows = cursor.fetchall()
        for code, large in rows:
            (folder / f"{code}.webp").write_bytes(large)
        count += len(rows)
        if len(rows) < _ROWS_AT_ONCE:
            return count
