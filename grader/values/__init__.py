"""Values that a student's function may return: how they travel, are compared, kept and shown."""
