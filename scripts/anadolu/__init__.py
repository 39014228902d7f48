"""Anadolu Makine, a fictional machinery dealer: its exports, dirty on purpose, and the truth about every row."""
