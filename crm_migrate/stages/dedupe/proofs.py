"""What proves a consent: the texts of evidence that belong to it, and the day that they name."""

from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.quoting import literal

# The days in a text of evidence that can be read in one way: 2024-02-10, with or without a time, and 10.02.2024.
_DAYS = r"'[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?'"
_DOTTED = r"regexp_replace({0}, '\b([0-9]{{2}})\.([0-9]{{2}})\.([0-9]{{4}})', '\3-\2-\1', 'g')"


def evidence_of(field: FieldPlan, texts: str) -> str:
    """SQL: of the texts of evidence of a row (a JSON list) those of this field; null where there are none."""
    if not field.evidence:
        return "NULL::VARCHAR"
    starts = " OR ".join(f"starts_with(said, {literal(f'{column}: ')})" for column in field.evidence)
    own = f"list_filter(from_json({texts}, '[\"VARCHAR\"]'), lambda said: {starts})"
    return f"CASE WHEN len({own}) > 0 THEN to_json({own})::VARCHAR END"


def in_words(texts: str) -> str:
    """SQL: the texts of a JSON list as one text."""
    return f"array_to_string(from_json({texts}, '[\"VARCHAR\"]'), '; ')"


def proven(texts: str) -> str:
    """SQL: the newest day that texts of evidence name; null where they name none that can be read."""
    days = f"regexp_extract_all({_DOTTED.format(texts)}, {_DAYS})"
    return f"list_max(list_transform({days}, lambda day: TRY_CAST(replace(day, 'T', ' ') AS TIMESTAMP)))"


def instant(changed: str) -> str:
    """SQL: when a row changed, to compare with the day of a proof."""
    return f"TRY_CAST(replace(left({changed}, 19), 'T', ' ') AS TIMESTAMP)"
