"""The shop on one computer: a PostgreSQL from a wheel, and what `make run` starts. Never part of a deployment."""
