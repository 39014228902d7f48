"""The parts of `complete`: values, verdicts, uniqueness, owners, cascades, warnings."""
