"""Kernels for student code: how they are started, shut in and ended.

The other rooms use `kernel.start_kernel`; the remaining modules are what it needs.
"""
