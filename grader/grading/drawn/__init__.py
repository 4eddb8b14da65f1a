"""Inputs that are drawn for one student, by the student's id."""
