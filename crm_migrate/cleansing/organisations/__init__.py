"""Organisations: their names with legal forms, and the numbers that authorities gave them."""
