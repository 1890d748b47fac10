"""What tells operators how the shop is: the log, metrics, and traces where an endpoint for them is set.

Nothing in here stops the shop: lines and numbers that cannot be written are dropped and counted. Who does a part of a
request finds here what makes a span of it; OpenTelemetry itself is loaded by `traces` alone, where it is wanted.
"""

from app.core.telemetry.tracing import note_problem, span, statement_span

__all__ = [
    "note_problem",
    "span",
    "statement_span",
]
