"""The files that students get with an assignment, and the check that they run themselves."""
