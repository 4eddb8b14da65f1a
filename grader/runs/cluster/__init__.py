"""Grading on a Dask cluster: `grade PATH --scheduler ADDRESS`.

All but `parcel` import Dask, which is an extra: nothing else of fairgrade imports them before a
scheduler is named.
"""
