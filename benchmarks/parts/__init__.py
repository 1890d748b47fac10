"""The parts of a run beside the comparison."""
