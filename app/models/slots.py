"""When goods are collected: the hours that staff writes down, and how much of each window is taken."""

import peewee

from app.models.base import ReferenceField, Row, TimestampTzField


class SlotPlan(Row):
    """How far ahead one can order, and which version the plan has: one row."""

    one = peewee.BooleanField(primary_key=True)
    days_ahead = peewee.IntegerField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class SlotException(Row):
    """A day that no weekday's hours hold on."""

    day = peewee.DateField(primary_key=True)


class SlotHours(Row):
    """Hours of a weekday, or of a day that is an exception, in windows of so many minutes."""

    id = peewee.BigAutoField()
    place = peewee.IntegerField()
    weekday = peewee.IntegerField(null=True)
    day = ReferenceField(SlotException, null=True, column_name="day")
    starts_on = peewee.DateField(null=True)
    ends_on = peewee.DateField(null=True)
    opens = peewee.IntegerField()
    closes = peewee.IntegerField()
    minutes = peewee.IntegerField()
    capacity = peewee.IntegerField()
    cutoff = peewee.IntegerField()


class Slot(Row):
    """How many places of a window are taken; there is none of a window that nobody ever wanted."""

    starts_at = TimestampTzField(primary_key=True)
    ends_at = TimestampTzField()
    capacity = peewee.IntegerField()
    taken = peewee.IntegerField()
