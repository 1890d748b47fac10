"""The stack of docker-compose.yaml, put to the test."""
