"""The stages of a run, in their order."""

STAGES = ("extract", "map", "link", "dedupe", "complete", "plan", "load", "validate", "reconcile", "report")


def reaches(until: str, stage: str) -> bool:
    """Whether a run that ends with `until` comes to a stage."""
    return STAGES.index(until) >= STAGES.index(stage)
