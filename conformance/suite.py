"""Every check there is, in the order in which they run: importing a module registers those in it."""

# isort: off
import conformance.checks.alike
import conformance.checks.load
import conformance.checks.bodies
import conformance.checks.wire
import conformance.checks.heads
import conformance.checks.clients
import conformance.checks.database
import conformance.checks.processes
import conformance.checks.forms
import conformance.checks.forwarded
import conformance.checks.speed
import conformance.gateway.passing
import conformance.gateway.errors
import conformance.gateway.attacks
import conformance.gateway.smuggling
import conformance.gateway.failover
import conformance.checks.end  # noqa: F401 - as above

# isort: on
from conformance.registry import CHECKS, Check


def checks_for(way: str) -> list[Check]:
    """Return the checks that the way of that name is put to."""
    return [check for check in CHECKS if not check.ways or way in check.ways]
