"""What an author of assignments needs: start, generate, validate, release."""
