"""Sales at the counter: what is bought, paid for and taken along at once, by somebody who gives no name."""
