"""What students get, and the check of one's own notebook."""
