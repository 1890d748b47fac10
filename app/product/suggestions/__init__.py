"""What somebody who types a search may be about to type."""
