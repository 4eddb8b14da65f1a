"""Where student code runs. `kernel.start_kernel` is the interface; the rest stands behind it."""
