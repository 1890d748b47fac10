"""The sums that reports are made of: raw of days that are not over, and kept of those that are."""
