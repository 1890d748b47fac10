"""Every check there is, in the order in which they run: importing a module registers those in it."""

# isort: off
from conformance import checks_alike  # noqa: F401 - imported for the check in it, on a shop as it was made
from conformance import checks_load  # noqa: F401 - as above
from conformance import checks_bodies  # noqa: F401 - as above
from conformance import checks_wire  # noqa: F401 - as above
from conformance import checks_heads  # noqa: F401 - as above
from conformance import checks_clients  # noqa: F401 - as above
from conformance import checks_database  # noqa: F401 - as above
from conformance import checks_processes  # noqa: F401 - as above
from conformance import checks_forms  # noqa: F401 - as above
from conformance import checks_forwarded  # noqa: F401 - as above
from conformance import checks_speed  # noqa: F401 - as above
from conformance import gateway_checks  # noqa: F401 - as above
from conformance import gateway_errors  # noqa: F401 - as above
from conformance import gateway_attacks  # noqa: F401 - as above
from conformance import gateway_smuggling  # noqa: F401 - as above
from conformance import gateway_failover  # noqa: F401 - as above
from conformance import checks_end  # noqa: F401 - as above

# isort: on
from conformance.registry import CHECKS, Check


def checks_for(way: str) -> list[Check]:
    """Return the checks that the way of that name is put to."""
    return [check for check in CHECKS if not check.ways or way in check.ways]
