"""Who signs in, and what was done by whom."""

import peewee
from playhouse.postgres_ext import BinaryJSONField

from app.models.base import ByteaField, ReferenceField, Row, TimestampTzField


class Login(Row):
    """A person who can sign in: a customer, a clerk or an admin."""

    id = peewee.BigAutoField()
    email = peewee.TextField()
    password_hash = peewee.TextField()
    role = peewee.TextField()
    active = peewee.BooleanField()
    password_changed_at = TimestampTzField()
    created_at = TimestampTzField()


class Staff(Row):
    """A clerk's or an admin's record."""

    id = peewee.BigAutoField()
    login = ReferenceField(Login)
    name = peewee.TextField()
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class Customer(Row):
    """A registered customer's record."""

    id = peewee.BigAutoField()
    login = ReferenceField(Login)
    name = peewee.TextField()
    phone = peewee.TextField(null=True)
    address = peewee.TextField(null=True)
    version = peewee.IntegerField()
    created_at = TimestampTzField()
    updated_at = TimestampTzField()


class Session(Row):
    """A signed-in person's token, as its SHA-256."""

    id = peewee.BigAutoField()
    login = ReferenceField(Login)
    token_hash = ByteaField()
    user_agent = peewee.TextField()
    created_at = TimestampTzField()
    expires_at = TimestampTzField()


class Attempt(Row):
    """Tries of a public route within a window of time."""

    key = ByteaField(primary_key=True)
    tries = peewee.IntegerField()
    window_ends_at = TimestampTzField()


class AuditLog(Row):
    """What a member of staff changed. Append-only."""

    id = peewee.BigAutoField()
    at = TimestampTzField()
    login = ReferenceField(Login, null=True)
    action = peewee.TextField()
    subject = peewee.TextField()
    detail = BinaryJSONField()
