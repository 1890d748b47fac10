"""Pick-up slots, and the plan that they follow from, as JSON."""

import re
from typing import Annotated, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from app.core.web.schema import Count, Date, Moment, Schema, wrong
from app.product.discounts.schemas import Weekday

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

MOST_PATTERNS, MOST_EXCEPTIONS, MOST_HOURS = 100, 100, 4
"""How many patterns and exceptions a plan has at most, and how many hours a day that is one."""

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][05])|(24):(00)", re.ASCII)


def _minutes(value: object) -> int:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong("must be a time of the day in steps of five minutes, from 00:00 to 24:00")
    hours, minutes = (int(part) for part in found.groups() if part)
    return 60 * hours + minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


Clock = Annotated[
    int,
    BeforeValidator(_minutes),
    PlainSerializer(_clock, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^({_CLOCK.pattern})$", "examples": ["08:00"]}),
]
"""A time on the shop's clock, in minutes since midnight."""


def _in_order(days: list[Weekday]) -> list[Weekday]:
    return [day for day in WEEKDAYS if day in days]


Weekdays = Annotated[list[Weekday], Field(min_length=1, max_length=7), AfterValidator(_in_order)]
"""Some weekdays; they come out from Monday on, each once."""


class Hours(Schema):
    """Windows one after the other, from `opens` to `closes`."""

    opens: Clock = Field(description="When the first window begins, on the shop's clock.")
    closes: Clock = Field(description="When the last one ends.")
    minutes: int = Field(
        ge=15, le=1440, description="How long a window is: `closes` is the end of one."
    )
    capacity: int = Field(ge=1, le=10_000, description="How many purchases a window takes.")
    cutoff_minutes: int = Field(
        default=0,
        ge=0,
        le=10_080,
        description="How long before its start a window can be ordered for no more.",
    )

    @model_validator(mode="after")
    def _is_windows(self) -> Self:
        if self.opens >= self.closes:
            raise wrong("must open before it closes")
        if (self.closes - self.opens) % self.minutes:
            raise wrong("must be whole windows: they do not end when it closes")
        return self


class Pattern(Hours):
    """Hours of weekdays, on all days from `starts_on` through `ends_on` that are no exceptions."""

    weekdays: Weekdays
    starts_on: Date | None = None
    ends_on: Date | None = None

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise wrong("must not end before it starts")
        return self


class DayException(Schema):
    """A day that no pattern holds on, such as a holiday."""

    date: Date
    windows: list[Hours] = Field(
        max_length=MOST_HOURS, description="Its own hours; none where it is closed."
    )


class NewPlan(Schema):
    """All hours in which goods are collected, from now on."""

    days_ahead: int = Field(
        default=14, ge=0, le=31, description="For how many days from today on one can order."
    )
    patterns: list[Pattern] = Field(max_length=MOST_PATTERNS)
    exceptions: list[DayException] = Field(default_factory=list, max_length=MOST_EXCEPTIONS)


class Plan(NewPlan):
    """The hours in which goods are collected."""

    version: Count
    updated_at: Moment


class SlotQuery(Schema):
    """The windows of which days, in the shop's time zone: of all that can be ordered for, unless it says."""

    from_: Date | None = Field(default=None, alias="from")
    until: Date | None = Field(default=None, description="The last of them.")


class Slot(Schema):
    """A window in which goods are collected."""

    start: Moment = Field(description="What names it at checkout.")
    end: Moment
    order_until: Moment = Field(description="When its cut-off is.")
    places_left: Count
    open: bool = Field(description="Whether it can be ordered for at this moment.")


class Slots(Schema):
    """Windows in which goods are collected, the next one first."""

    required: bool = Field(description="Whether checkout wants one of them to be named.")
    slots: list[Slot]


class PurchaseSlot(Schema):
    """The window in which a purchase is collected."""

    start: Moment
    end: Moment
