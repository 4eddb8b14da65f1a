"""The proof that an assignment's cases tell right answers from wrong ones."""
