"""The page that is made of a run."""
