"""What is found out about wrong answers that no variant explains."""
