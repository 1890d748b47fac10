"""How many of the products that a list has are of each brand, category and price, and have each allergen."""
