"""Comparing: records as folded columns, and how far two of them agree in each respect."""
