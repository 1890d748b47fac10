"""What is one and the same for all that looks at requests: metrics, traces, admission, refusals."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods by their names: a client may send any word, and metrics and traces would keep each."""

PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""What machines ask every few seconds: always answered, and nobody looks for a trace of it."""

LINGER_SECONDS = 2.0
"""How long a refused upload is read and thrown away, so that its sender gets to read the answer."""

REFUSAL = "shop.refusal"
"""Where the scope of a request that our protocol could not read has the status to answer it with."""

STALL_SECONDS = 10.0
"""How long a body may bring nothing; then its request is refused with 408."""

LEAST_RATE = 1024
"""Bytes a second that a body must bring over all, once STALL_SECONDS are over; a telephone on a bad day brings more."""
