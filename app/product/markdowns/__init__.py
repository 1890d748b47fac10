"""What is close to its last day and costs less: rules of categories, and the reduced goods that follow from them."""
