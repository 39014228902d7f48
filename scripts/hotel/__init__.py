"""A fictional boutique hotel: its guests, stays and letters, and the truth about every row."""
