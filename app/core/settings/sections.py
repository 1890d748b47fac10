"""The sections of the settings but for the shop's own rules (shop.py); each field's description is its documentation."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import NoDecode

from app.core.settings.values import ORIGIN, Gateway, networks, parted, postgresql_url


class Section(BaseModel):
    """A group of settings; a misspelt name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseSettings(Section):
    """Where the database is, and how long anything waits for it."""

    url: str = Field(
        repr=False,
        description="The application's role: postgresql://user:password@host:port/database"
        "?sslmode=…; a unix socket's directory goes into ?host=.",
    )
    owner_url: str | None = Field(
        default=None, repr=False, description="The owner's role; only `migrate` and `demo` use it."
    )
    pooler: bool = Field(
        default=False,
        description="`url` leads to a PgBouncer in transaction mode. Sessions then have the time zone and"
        " the time limits that the last `migrate` gave the role: run it after changing them, then have"
        " PgBouncer RECONNECT. owner_url must lead to PostgreSQL itself.",
    )
    trusted_network: bool = Field(
        default=False,
        description="Nobody can listen or take the server's place between here and PostgreSQL, as on one"
        " machine's own network: production then takes sslmode=disable for another host.",
    )
    pool_size: int = Field(
        default=10, ge=1, le=500, description="Most connections of one worker process."
    )
    acquire_timeout: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="Seconds that a request waits for a connection, then 503.",
    )
    connect_timeout: float = Field(
        default=5.0, gt=0, le=60, description="Seconds that opening a connection may take."
    )
    statement_timeout: float = Field(
        default=5.0, gt=0, le=600, description="Seconds after which PostgreSQL ends a statement."
    )
    lock_timeout: float = Field(
        default=3.0,
        gt=0,
        le=600,
        description="Seconds after which PostgreSQL ends a wait for a lock.",
    )
    idle_in_transaction_timeout: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="Seconds after which PostgreSQL ends an idle transaction.",
    )

    lists_share: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="The part of the pool, and of http.max_concurrent_requests, that lists and searches of the"
        " catalogue may have: whatever anybody asks of them, the rest is there for carts, checkouts and staff."
        " What is more waits, as for a connection, then 503.",
    )

    @field_validator("url", "owner_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        return value if value is None else postgresql_url(value)

    @property
    def lists_at_once(self) -> int:
        """How many connections of the pool they may have: one, and not all unless there is but one."""
        return max(1, min(self.pool_size - 1, int(self.pool_size * self.lists_share)))

    def session(self, time_zone: str) -> dict[str, str]:
        """Return PostgreSQL's parameters for the sessions of the application's role.

        Its day begins at midnight in `time_zone`. No statement, wait for a lock or forgotten
        transaction lasts longer than these settings allow, also when this process is gone.
        """
        return {
            "TimeZone": time_zone,
            "statement_timeout": f"{round(self.statement_timeout * 1000)}ms",
            "lock_timeout": f"{round(self.lock_timeout * 1000)}ms",
            "idle_in_transaction_session_timeout": f"{round(self.idle_in_transaction_timeout * 1000)}ms",
        }


class HttpSettings(Section):
    """What is served, and how much of it at once."""

    max_body_bytes: int = Field(
        default=10_485_760,
        ge=1024,
        le=67_108_864,
        description="Longest request body of any route, in bytes: a picture's. All others take less.",
    )
    max_pending_bytes: int = Field(
        default=16_777_216,
        ge=65_536,
        le=1_073_741_824,
        description="Most bytes of bodies that have not come whole, in one worker, then 503.",
    )
    max_concurrent_requests: int = Field(
        default=512, ge=1, le=100_000, description="Most requests at once in one worker, then 503."
    )
    docs: bool = Field(default=False, description="Serve /docs and /openapi.json.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins whose pages may call the API from a browser, exactly as browsers say them:"
        " https://shop.example, with the port unless it is the scheme's own. In the environment parted by commas.",
    )
    metrics: bool = Field(default=False, description="Serve /metrics.")
    gateways: Annotated[tuple[Gateway, ...], NoDecode] = Field(
        default=(),
        description="Networks and addresses of the gateways whose X-Forwarded-* is believed, as in"
        ' ["10.0.0.0/8", "127.0.0.1"]; "unix" is whoever comes through a unix socket.',
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=600,
        description="Seconds after SIGTERM in which requests are still taken while /readyz says 503;"
        " Gunicorn's graceful_timeout must be longer.",
    )

    @field_validator("gateways", mode="before")
    @classmethod
    def _gateways(cls, value: Any) -> Any:
        return networks(value)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _cors_origins(cls, value: Any) -> Any:
        try:
            origins = parted(value) if isinstance(value, str) else value
            if all(ORIGIN.fullmatch(each) for each in origins):
                return origins
        except (TypeError, ValueError):
            pass
        raise ValueError("must be origins like https://shop.example, in small letters")


class PagesSettings(Section):
    """Pages in HTML, beside the API."""

    enabled: bool = Field(
        default=False,
        description="Serve pages, for shoppers and staff. Without them the shop serves no HTML and sets no cookie.",
    )


class SecuritySettings(Section):
    """How long things stay valid, and how often a secret may be tried."""

    session_hours: int = Field(
        default=12, ge=1, le=720, description="Hours that a staff session lasts."
    )
    customer_session_days: int = Field(
        default=30, ge=1, le=365, description="Days that a customer's session lasts."
    )
    attempts_per_account: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="Most failed logins of one account from one network in a window.",
    )
    attempts_per_account_anywhere: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="Logins of one account in a window from all networks that never logged in to it;"
        " behind that there is a pause before each, twice as long as the one before.",
    )
    known_network_days: int = Field(
        default=90,
        ge=1,
        le=400,
        description="Days that a network counts as one that logged in to an account before.",
    )
    attempts_per_address: int = Field(
        default=100,
        ge=1,
        le=100_000,
        description="Most logins and registrations of one address in one.",
    )
    attempts_window_minutes: int = Field(
        default=15, ge=1, le=1440, description="Minutes of that window."
    )
    guest_carts_per_address: int = Field(
        default=60,
        ge=0,
        le=100_000,
        description="Most carts that guests of one address open in an hour; 0 is no bound. Many customers may"
        " come from one address, as those in the shop's own wireless network do.",
    )
    guest_checkouts_per_address: int = Field(
        default=20,
        ge=0,
        le=100_000,
        description="Most tries of guests of one address to check out in an hour; 0 is no bound.",
    )
    idempotency_hours: int = Field(
        default=24, ge=1, le=720, description="Hours that an Idempotency-Key is remembered."
    )


class LoggingSettings(Section):
    """What is logged to standard output."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least important lines that are logged."
    )
    format: Literal["json", "console"] = Field(
        default="json", description="JSON for machines, console for people."
    )
