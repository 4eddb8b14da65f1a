"""Every result that was ever found, and what people decided about it."""
