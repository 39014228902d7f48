"""Deciding: what may be merged, what people are asked, and what must stay apart."""
