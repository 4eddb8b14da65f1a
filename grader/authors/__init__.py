"""The tools of an assignment's author: start one, generate its files, validate it, release it."""
