"""Why there is as much of a product as the books say."""
