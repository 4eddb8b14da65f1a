"""Courses written as their authors write them: nothing in `grader/` knows of any."""
