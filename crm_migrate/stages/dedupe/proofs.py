"""What proves a consent: the texts of evidence that belong to it, and the day that they name.

Where they can be read in two ways, the opt-out has the benefit: a grant is as old as the oldest day of its proof
(another may be the day on which it expires), a refusal as young as the youngest; without an hour the whole day counts.
"""

from crm_migrate.mapping.plan import FieldPlan
from crm_migrate.quoting import literal

# The days in a text of evidence that can be read in one way: 2024-02-10, with or without a time, 10.02.2024, 1.2.2024.
_DAYS = r"'[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?'"
_DOTTED = r"regexp_replace({0}, '\b([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{4}})', '\3-\2-\1', 'g')"


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


def granted_at(texts: str) -> str:
    """SQL: since when a grant stands at least, by its evidence; null where that names no day that can be read."""
    return f"list_min(list_transform({_days(texts)}, lambda day: {_moment('day')}))"


def refused_at(texts: str) -> str:
    """SQL: when a refusal was said at the latest, by its evidence; null where that names no day that can be read."""
    return f"list_max(list_transform({_days(texts)}, lambda day: {latest('day')}))"


def refused_when(texts: str, changed: str) -> str:
    """SQL: the same; where its evidence names no day, when its row changed."""
    return f"coalesce({refused_at(texts)}, {latest(f'left({changed}, 19)')})"


def _days(texts: str) -> str:
    return f"regexp_extract_all({_DOTTED.format(texts)}, {_DAYS})"


def _moment(day: str) -> str:
    return f"TRY_CAST(replace({day}, 'T', ' ') AS TIMESTAMP)"


def latest(day: str) -> str:
    """The last second that is meant: of the day, of the minute."""
    missing = f"CASE len(string_split({day}, ':')) WHEN 1 THEN 86399 WHEN 2 THEN 59 ELSE 0 END"
    return f"{_moment(day)} + to_seconds({missing})"
