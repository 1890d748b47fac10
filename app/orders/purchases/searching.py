"""What staff looks for purchases by."""

import re

_PHONE_OR_NUMBER = re.compile(r"\+?[0-9 ()./-]*[0-9][0-9 ()./-]*", re.ASCII)
_SHORTEST = 3  # of what PostgreSQL's index of parts of texts can find
_LONG_ENOUGH = re.compile(rf"[^\W_]{{{_SHORTEST}}}")
_WILDCARD = re.compile(r"([\\%_])")


def looked_for(q: str | None) -> dict[str, str | int | None]:
    """Return what `q` looks for: a phone or invoice number if it has only figures, else a name, or a part too short for an index."""
    found: dict[str, str | int | None] = dict.fromkeys(("name", "part", "phone", "number"))
    if q is None:
        return found
    if not _PHONE_OR_NUMBER.fullmatch(q):
        escaped = _WILDCARD.sub(r"\\\1", q)
        return found | {"name" if _LONG_ENOUGH.search(q) else "part": f"%{escaped}%"}
    digits = re.sub(r"[^0-9]", "", q)
    number = int(digits)
    if len(digits) >= _SHORTEST:
        found["phone"] = f"%{digits}%"
    return found | {"number": number if number < 2**63 else None}
