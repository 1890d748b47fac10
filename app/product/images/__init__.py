"""Pictures of products and categories: taken from files, made anew in three sizes, and read by their hash."""
