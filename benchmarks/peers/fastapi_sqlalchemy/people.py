"""People, their sessions, and how often they try."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column, relationship

from benchmarks.peers.fastapi_sqlalchemy.base import Base, Key, Stamp, refers_to


class Login(Base):
    """Who can sign in."""

    __tablename__ = "login"

    id: Mapped[Key]
    email: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool]
    password_changed_at: Mapped[Stamp]

    customer: Mapped["Customer | None"] = relationship(lazy="raise", back_populates="login")
    staff: Mapped["Staff | None"] = relationship(lazy="raise", back_populates="login")


class Staff(Base):
    """Who works in the shop."""

    __tablename__ = "staff"

    id: Mapped[Key]
    login_id: Mapped[int] = refers_to("login.id")
    name: Mapped[str]

    login: Mapped[Login] = relationship(lazy="raise", back_populates="staff")


class Customer(Base):
    """Who buys in it."""

    __tablename__ = "customer"

    id: Mapped[Key]
    login_id: Mapped[int] = refers_to("login.id")
    name: Mapped[str]
    phone: Mapped[str | None]

    login: Mapped[Login] = relationship(lazy="raise", back_populates="customer")


class LoginSession(Base):
    """Somebody, signed in."""

    __tablename__ = "session"

    id: Mapped[Key]
    login_id: Mapped[int] = refers_to("login.id")
    token_hash: Mapped[bytes]
    user_agent: Mapped[str]
    expires_at: Mapped[datetime]

    login: Mapped[Login] = relationship(lazy="raise")


class Attempt(Base):
    """How often somebody tried to sign in."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int]
    window_ends_at: Mapped[datetime]
