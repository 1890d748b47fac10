"""What to ask of suppliers, by what sells."""
