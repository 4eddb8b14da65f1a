"""Notebooks that try to cheat, to learn and to harm, and tests that they do not get anywhere."""
