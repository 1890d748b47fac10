"""The basket, and what becomes of it: checkout, and the purchase."""
