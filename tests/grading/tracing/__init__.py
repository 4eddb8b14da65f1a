"""The first step of a wrong function that differs: following, comparing, telling."""
