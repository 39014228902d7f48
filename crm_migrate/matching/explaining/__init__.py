"""Explaining: why two records are one or not, in numbers, pictures and words."""
