"""Values of an assessment as they are shown: masked by the kind of their column, and without invisible characters."""

from crm_migrate.crm.types import TYPES
from crm_migrate.reports.masking import mask, scrub
from crm_migrate.reports.visible import visible

LONGEST = 120  # characters of a shown value


def shown(value: str, kind: str, masked: bool) -> str:
    """A value as a reader sees it. One of a column that nobody knows is hidden by its looks."""
    text = value[:LONGEST]
    if masked:
        text = mask(text, kind) if kind in TYPES else scrub(mask(text), quoted=False)
    rest = f"… (+{len(value) - LONGEST})" if len(value) > LONGEST else ""
    return visible(text, LONGEST) + rest
