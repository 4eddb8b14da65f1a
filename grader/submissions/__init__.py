"""Which files were handed in, by whom, and when."""
