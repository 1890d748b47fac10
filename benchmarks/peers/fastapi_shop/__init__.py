"""What the two shops on FastAPI share: input, problems, secrets, and the arithmetic of a basket."""
