"""What was bought: paid for, collected, cancelled, brought back."""
