"""What is asked of suppliers, and what of it has come."""
