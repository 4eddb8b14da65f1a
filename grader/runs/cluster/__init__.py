"""Grading on a Dask cluster: `grade PATH --scheduler ADDRESS`.

All modules here but `course_zip` import Dask, which is an extra. So the rest of fairgrade imports
them only when a scheduler is named.
"""
