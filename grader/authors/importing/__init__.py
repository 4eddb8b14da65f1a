"""`grade import`: make an assignment of a master notebook of nbgrader's or otter-grader's.

`nbgrader` and `otter` read a master; `recording` runs it and notes its tests' calls; `checks` says
what each assert compares; `plan` decides what becomes of each graded unit; `write` writes it.
"""
