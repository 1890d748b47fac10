"""NGINX in front, and what only it has to show."""
