"""People: names, what stands around them, and what stands in a person's field and is none."""
