"""SQL that makes JSON as the rest of the application writes it: without blanks.

json_build_object() puts some around its colons; row_to_json() of a row with names does not.
"""

# ruff: noqa: S608 - all parts of the SQL in here are written in here

import re

# Between two of them there is a comma that is in no parenthesis and in no text.
_PIECE = re.compile(r"'(?:[^']|'')*'|[(),]|[^'(),]+")


def json_object(pairs: str, **parts: str) -> str:
    """Return the SQL for the text of a JSON object.

    `pairs` are names in quotes and expressions in turn, as json_build_object() takes them; none is untyped. `parts` are
    members that are text of JSON already, by name, and come last.
    """
    words = _split(pairs)
    members = [
        f'{value} AS "{name[1:-1]}"' for name, value in zip(words[::2], words[1::2], strict=True)
    ]
    members += [f'({text})::json AS "{name}"' for name, text in parts.items()]
    return f"(SELECT row_to_json(j)::text FROM (SELECT {', '.join(members)}) j)"


def json_array(item: str, order: str) -> str:
    """Return the SQL that aggregates texts of JSON, by `order`, to that of an array; of no rows, to an empty one."""
    return f"concat('[', string_agg({item}, ',' ORDER BY {order}), ']')"


def _split(pairs: str) -> list[str]:
    words = [""]
    depth = 0
    for piece in _PIECE.findall(pairs):
        if piece == "," and not depth:
            words.append("")
            continue
        depth += (piece == "(") - (piece == ")")
        words[-1] += piece
    return [word.strip() for word in words]
