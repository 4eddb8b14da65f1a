"""The first step of a wrong function that differs from the reference's, on a public case."""
