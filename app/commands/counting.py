"""How commands say how many there are."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return the number with its noun: `1 lot`, `2 lots`; `many` where the plural is not `one` with an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
