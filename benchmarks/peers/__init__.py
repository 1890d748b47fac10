"""The same shop as other stacks would have it: what `python -m benchmarks` compares ours with."""
