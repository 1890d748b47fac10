"""The one refusal of codes: what is damaged, says two things, or can be read in two ways."""

from app.core.web import Invalid


def unreadable(sentence: str) -> Invalid:
    """Return the problem of a code that nothing may be sold by; `sentence` says why."""
    return Invalid(sentence, code="unreadable_barcode")
