"""What is wrong, in sentences for people: of what they typed, and of what the shop refuses.

The API's own sentences are for developers, and English. What has none here is shown as the API says it.
"""

from collections.abc import Mapping

from app.core.web import Problem
from app.pages.frame.formats import Formats


def _(message: str) -> str:
    """Mark a message for translators; whoever shows it has it translated."""
    return message


_NUMBER, _MOMENT = _("This is not a number."), _("This is not a day or time.")
_SMALL, _LARGE = _("This is too small."), _("This is too large.")

OF_TYPES: Mapping[str, str] = {
    "missing": _("This is needed."),
    "string_too_short": _("This is too short."),
    "string_too_long": _("This is too long."),
    "string_pattern_mismatch": _("This is not in the right form."),
    "literal_error": _("Choose one of these."),
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": _LARGE,
    "decimal_whole_digits": _LARGE,
    "decimal_max_places": _("These are too many decimals."),
    "int_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": _SMALL,
    "greater_than_equal": _SMALL,
    "less_than": _LARGE,
    "less_than_equal": _LARGE,
    "date_from_datetime_parsing": _MOMENT,
    "date_parsing": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
}
"""By pydantic's types of errors."""

OF_CODES: Mapping[str, str] = {
    "bad_credentials": _("The e-mail address or the password is wrong."),
    "too_many_requests": _("That was tried too often. Wait a while, and try again."),
    "too_many_guests": _(
        "Too many guests have been here from your network. Log in, or try again later."
    ),
    "already_exists": _("There is one with the same value already."),
    "precondition_failed": _(
        "Somebody has changed this meanwhile. Here is how it is now: change it once more."
    ),
    "price_changed": _("The basket costs %(total)s now. Have a look at it, and order again."),
    "out_of_stock": _("There is not enough of everything any more. The basket says of what."),
    "withdrawn": _("Some of it is not sold any more. The basket says what."),
    "not_reduced": _("There are no reduced goods with that day any more."),
    "empty_cart": _("There is nothing in the basket."),
    "checked_out": _("This basket has been ordered already."),
    "cart_full": _("The basket is full."),
    "coupon_refused": _("The coupon cannot be redeemed."),
    "age_not_confirmed": _("Some of it is only for those who are %(min_age)s years old."),
    "slot_full": _("The window has no place left. Choose another one."),
    "slot_closed": _("It is too late to order for this window. Choose another one."),
    "slot_required": _("Choose when you will collect it."),
    "no_such_slot": _("Choose when you will collect it."),
    "unpaid_purchases": _(
        "Orders with this telephone number wait to be paid. Pay for one first, or log in."
    ),
    "held_by_guests": _(
        "Guests cannot have as much before others have paid. Log in, or take less."
    ),
    "forbidden": _("You may not do this with your account."),
    "other_site": _("This form comes from another site."),
    "old_form": _(
        "You have logged in or out since this page was shown. Go back, load it again, and send it once more."
    ),
    "not_found": _("What you look for is not here (any more)."),
    "unavailable": _("The shop is too busy at the moment. Try again."),
    "internal_error": _("Something went wrong in the shop. It is not your fault; try again."),
}
"""By the codes of problems; what is in them may name the problem's members."""

OF_MEMBERS: Mapping[str, str] = {
    "a guest must give it": _("This is needed."),
    "is not the present password": _("This is not the present password."),
    "must be whole: the product is sold by the piece": _(
        "This is sold by the piece: choose a whole number."
    ),
}
"""By what services say of single members."""

_MONEY = frozenset({"total", "due"})


def words_for(problem: Problem, formats: Formats) -> tuple[str, dict[str, str]]:
    """Return the message for a problem, to be translated, and the values that stand in it."""
    if problem.code not in OF_CODES:
        return problem.detail or problem.title, {}
    values = {
        name: formats.money(value) if name in _MONEY else str(value)
        for name, value in problem.members.items()
        if isinstance(value, str | int)
    }
    return OF_CODES[problem.code], values
