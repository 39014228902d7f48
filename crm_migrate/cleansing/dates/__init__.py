"""Dates and instants: what was written, in which order, and days that mean no date."""
