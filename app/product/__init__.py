"""What the shop sells: brands, categories, discounts and products."""
