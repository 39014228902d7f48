"""Pseudonyms of values that reach or name a person, for rehearsals; and whether a text still reaches somebody."""
