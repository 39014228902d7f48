"""The parts of `complete`: values that the merged record inherits or derives, verdicts, uniqueness, cascades, warnings."""
