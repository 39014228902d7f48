"""What proves a consent: the texts of evidence that belong to it, and the moment that they name.

Where they can be read in two ways, the opt-out has the benefit: a grant is as old as the oldest day of its proof
(another may be the day on which it expires), a refusal as young as the youngest; without an hour the whole day counts.
Moments are compared in UTC: a time with an offset says itself what it is, one without is of the zone of its source
(else of the project), and where its zone is a word that may mean several (`IST`), a grant is of the earliest place on
earth and a refusal of the latest.
"""

import re
from dataclasses import dataclass

from crm_migrate.mapping.plan import FieldPlan, Plan
from crm_migrate.quoting import literal

# The days in a text of evidence that can be read in one way: 2024-02-10, with or without a time, 10.02.2024, 1.2.2024;
# behind a time `Z`, an offset, the word of a zone, `am` or `pm`.
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
_MARK = r"Z|[+-](?:0[0-9]|1[0-4])(?::?[0-9]{2})?|[AaPp]\.?[Mm]\b|[A-Z]{3,5}\b"
_DAYS = rf"'[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?:[T ]{_TIME}(?: ?(?:{_MARK}))?)?'"
_DOTTED = r"regexp_replace({0}, '\b([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{4}})', '\3-\2-\1', 'g')"
_OFFSET = r"'([+-])([0-9]{2}):?([0-9]{2})?'"
_EARLIEST, _LATEST = "to_hours(-14)", "to_hours(12)"  # how far UTC lies from the first and the last place on earth


@dataclass(frozen=True, slots=True)
class Clock:
    """The zones of times that name none: that of the project, and of the sources that have another one."""

    zone: str = "UTC"
    of_source: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> "Clock":
        """The clock of a project."""
        others = ((each.name, each.time_zone) for each in plan.sources if each.time_zone != plan.time_zone)
        return cls(plan.time_zone, tuple(others))

    def local(self, moment: str, texts: str) -> str:
        """SQL: a time as the source of these texts means it, in UTC."""
        cases = " ".join(
            f"WHEN regexp_matches({texts}, {literal(prefix)}) THEN {literal(zone)}"
            for source, zone in self.of_source
            for prefix in (rf"^[^a-zA-Z0-9_]*{re.escape(source)}\.",)
        )
        zone = f"CASE {cases} ELSE {literal(self.zone)} END" if cases else literal(self.zone)
        return f"timezone('UTC', timezone({zone}, {moment}))"

    def day(self, moment: str) -> str:
        """SQL: the day of a moment in UTC, where the project is."""
        return f"timezone({literal(self.zone)}, timezone('UTC', {moment}))::DATE"


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


def granted_at(texts: str, clock: Clock) -> str:
    """SQL: since when a grant stands at least, by its evidence; null where that names no day that can be read."""
    return f"list_min(list_transform({_days(texts)}, lambda day: {_earliest('day', texts, clock)}))"


def refused_at(texts: str, clock: Clock) -> str:
    """SQL: when a refusal was said at the latest, by its evidence; null where that names no day that can be read."""
    return f"list_max(list_transform({_days(texts)}, lambda day: {latest('day', texts, clock)}))"


def refused_when(texts: str, changed: str, clock: Clock) -> str:
    """SQL: the same; where its evidence names no day, when its row changed."""
    return f"coalesce({refused_at(texts, clock)}, {latest(changed, changed, clock)})"


def _days(texts: str) -> str:
    return f"regexp_extract_all({_DOTTED.format(texts)}, {_DAYS})"


def _bare(day: str) -> str:
    return f"replace(regexp_extract({day}, '^[0-9-]+(?:[T ][0-9:]+)?'), 'T', ' ')"


def _moment(day: str) -> str:
    return f"TRY_CAST({_bare(day)} AS TIMESTAMP)"


def _mark(day: str) -> str:
    """What stands behind the time; the empty text where that is nothing."""
    return f"regexp_extract({day}, '{_TIME} ?({_MARK})$', 1)"


def _offset(mark: str) -> str:
    hours, minutes = (f"coalesce(TRY_CAST(regexp_extract({mark}, {_OFFSET}, {n}) AS INTEGER), 0)" for n in (2, 3))
    return f"to_minutes(CASE WHEN starts_with({mark}, '-') THEN -1 ELSE 1 END * ({hours} * 60 + {minutes}))"


def _known(day: str, moment: str) -> str:
    """Cases of a moment whose zone is said for certain."""
    mark = _mark(day)
    return f"""WHEN {mark} IN ('Z', 'UTC', 'GMT') THEN {moment}
      WHEN {mark} LIKE '+%' OR {mark} LIKE '-%' THEN {moment} - {_offset(mark)}"""


def _half(day: str) -> str:
    """Whether the time is one of twelve hours: then the day alone is certain."""
    return f"regexp_matches({_mark(day)}, '^[AaPp]') AND length({_mark(day)}) <= 3 AND {_mark(day)} ILIKE '%m'"


def _earliest(day: str, texts: str, clock: Clock) -> str:
    moment = _moment(day)
    return f"""CASE WHEN {_mark(day)} = '' THEN {clock.local(moment, texts)} {_known(day, moment)}
      WHEN {_half(day)} THEN {clock.local(f"date_trunc('day', {moment})", texts)} ELSE {moment} + {_EARLIEST} END"""


def latest(day: str, texts: str, clock: Clock) -> str:
    """The last second that is meant: of the day, of the minute."""
    missing = f"CASE len(string_split({_bare(day)}, ':')) WHEN 1 THEN 86399 WHEN 2 THEN 59 ELSE 0 END"
    moment = f"({_moment(day)} + to_seconds({missing}))"
    whole = f"(date_trunc('day', {_moment(day)}) + to_seconds(86399))"
    return f"""CASE WHEN {_mark(day)} = '' THEN {clock.local(moment, texts)} {_known(day, moment)}
      WHEN {_half(day)} THEN {clock.local(whole, texts)} ELSE {moment} + {_LATEST} END"""
