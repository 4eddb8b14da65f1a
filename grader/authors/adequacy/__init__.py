"""The proof that an assignment's hidden cases tell right answers from wrong ones."""
