"""Kinds of values of pandas: tables, their columns and labels."""
