"""What is asked of contestants, of which shop, and whether their answers are right."""
