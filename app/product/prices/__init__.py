"""What products were listed at, and will be from a day on."""
