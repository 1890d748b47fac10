"""What values of settings are made of: currencies, origins, networks, a database's URL."""

import json
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn

# ISO 4217's currencies with two decimals, without those of funds, metals and tests.
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD
CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())

# As browsers send them (RFC 6454): a scheme, a host in small letters, and a port that is not the scheme's own.
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_OPENING = re.compile(rf"{_DAY}(?:-{_DAY})? {_TIME}-(?:{_TIME}|24:00)", re.ASCII)

ORIGIN = re.compile(
    r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?", re.ASCII
)

Gateway = IPv4Network | IPv6Network | Literal["unix"]
"""Where a gateway comes from; "unix" has no address."""


def postgresql_url(url: str) -> str:
    """Return the URL of a PostgreSQL database, which it has to be. Raises ValueError."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("must be a URL") from None
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("must start with postgresql://")
    try:
        parse_dsn(url)
    except psycopg2.Error:
        # libpq's sentence may quote the password.
        raise ValueError("must be a URL that libpq understands") from None
    if not parts.path.strip("/") and "dbname" not in parse_qs(parts.query):
        raise ValueError("must name a database, as in postgresql://user@host:5432/database")
    return url


def parted(text: str) -> Any:
    """Return the parts of a variable's text: JSON, or with commas."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [part.strip() for part in text.split(",") if part.strip()]


def is_opening(text: Any) -> bool:
    """Say whether it is a day, or days, and hours as schema.org writes openingHours: `Mo-Fr 08:00-20:00`."""
    return isinstance(text, str) and _OPENING.fullmatch(text) is not None


def networks(value: Any) -> list[Gateway]:
    """Return the networks of a list, or of a variable's text. Raises ValueError."""
    try:
        return [_network(each) for each in (parted(value) if isinstance(value, str) else value)]
    except (TypeError, ValueError):
        raise ValueError(
            'must be a list of networks or addresses like ["10.0.0.0/8", "127.0.0.1"], or "unix"'
        ) from None


def _network(value: Any) -> Gateway:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    # Of a number, ip_network() would make an address.
    if not isinstance(value, str):
        raise TypeError
    name = value.strip()
    return "unix" if name == "unix" else ip_network(name)
