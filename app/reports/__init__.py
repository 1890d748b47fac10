"""What was sold, earned, paid, wasted and left, in sums."""
