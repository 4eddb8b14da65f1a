"""The search for one edit that makes a wrong function pass every case."""
