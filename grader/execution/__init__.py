"""Running a notebook's cells in a kernel, and calling its functions there."""
