"""Values that a student's function may return: how they travel, are compared, kept and shown.

Each kind of value (numbers, texts, arrays and so on) is one file here, which says all of that about
it; `kinds.py` lists them. To add a kind, write such a file (see `Kind` in `kind.py`) and add it to
that list.

Modules of this folder import each other relatively, by name: the folder is copied into kernels as
the package `values`, where there is no `grader`, and `grader.authors.single_file` makes the
student's `difference.py` of it. Besides numpy and the standard library, nothing that `wire` or
`difference` lead to may be imported.
"""
