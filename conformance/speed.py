"""What is measured of a way to serve the shop."""

from dataclasses import dataclass

SPEED = "speed"
"""The check that measures, and in a shop's memory what it has found."""


@dataclass(frozen=True)
class Speed:
    """Requests a second, and the milliseconds that all but one in a hundred stay below."""

    per_second: float
    p99: float
    by: str = "the Python client"
