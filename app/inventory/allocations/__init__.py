"""What of the stock is promised to purchases."""
