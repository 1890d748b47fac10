"""One suite of checks over HTTP that runs unchanged against every way to serve the shop: `make conformance`."""
