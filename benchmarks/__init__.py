"""Measurements. Each module that `./dev bench` runs prints a table, and judges the bound that it is about."""
