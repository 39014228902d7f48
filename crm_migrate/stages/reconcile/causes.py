"""Why a cell differs: the class and the most specific cause that the two texts, or the whole column, give away."""

from functools import cache

from crm_migrate.quoting import literal, quoted
from crm_migrate.words import catalogue
from crm_migrate.workspace.relations import Relations

EDITED, EMPTIED, KEPT = "edited in the target", "emptied in the source", "kept in the target"
STALE = "stale"
MISSING = "record missing"
MANY = 3  # a shift or a default value is a cause when it hits at least so many cells of a field

_FIX = "fix."


def fix_of(cause: str) -> str:
    """The fix to try for a cause, by its first words: the most of them that have a `fix.` in `words/`."""
    known = max((start for start in _fixes() if cause.startswith(start)), key=len, default=None)
    return _fixes()[known] if known is not None else ""


@cache
def _fixes() -> dict[str, str]:
    return {key.removeprefix(_FIX): words for key, words in catalogue("en").items() if key.startswith(_FIX)}


def excuse(tables: Relations, cells: str, kept: str) -> None:
    """Cells that the target keeps by a rule are no differences; `kept` says which and why. Those that are what they
    were before we wrote them are: their change did not arrive, unless their text shows what became of it."""
    shown = "coalesce(starts_with(cause, 'truncated') OR cause IN ('case', 'encoding', 'rounding'), FALSE)"
    tables.execute(
        f"""UPDATE {cells} SET cause = k.cause,
          class = CASE k.cause WHEN {literal(STALE)} THEN class ELSE 'kept_in_target' END FROM {kept} k
        WHERE {cells}.__entity = k.__entity AND {cells}.field = k.field AND NOT gone AND class <> 'match_normalised'
          AND NOT (k.cause = {literal(STALE)} AND {shown.replace("cause", f"{cells}.cause")})"""
    )


def define(tables: Relations) -> None:
    """Define what the texts of two sides are compared by; once per connection, before any comparison."""
    for macro in (*_MACROS, _ALIKE):
        tables.execute(macro)


def judge(tables: Relations, cells: str) -> None:
    """Fill `class` and `cause` of every cell of the table as far as its two texts tell them; else the cause is null."""
    tables.execute(
        f"""CREATE OR REPLACE TEMP TABLE {cells} AS SELECT * EXCLUDE (outcome, rule),
          CASE WHEN outcome <> 'same?' THEN outcome WHEN rule IS NULL THEN 'different'
            ELSE 'match_normalised' END AS class,
          coalesce(rule, {_PLAIN_CAUSE}) AS cause
        FROM (SELECT *, CASE WHEN outcome = 'same?' THEN {_RULE} END AS rule
          FROM (SELECT * EXCLUDE (class, cause), {_OUTCOME} AS outcome FROM {cells}))"""
    )


def judge_together(tables: Relations, cells: str, expected: str) -> None:
    """Fill the causes that only the record or the column gives away, and call unknown what is left.

    Call after `excuse`: cells whose cause is known say nothing of others.
    """
    if not tables.count(f"{cells} WHERE class = 'different'"):
        return
    _swapped(tables, cells)
    _shared(tables, cells)
    tables.execute(f"UPDATE {cells} SET cause = 'unknown' WHERE cause IS NULL")
    _find_shifted_rows(tables, cells, expected)


_OUTCOME = """CASE WHEN gone OR actual IS NULL THEN 'lost'
  WHEN expected IS NULL THEN 'filled_by_target' ELSE 'same?' END"""

_MACROS = (
    r"CREATE OR REPLACE TEMP MACRO blank_free(x) AS regexp_replace(x, '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g')",
    r"""CREATE OR REPLACE TEMP MACRO plain_number(x) AS CASE WHEN regexp_matches(x, '^[+-]?[0-9]+(\.[0-9]*)?$') THEN
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(x, '^(\+|(-))?0*([0-9])', '\2\3'),
      '(\.[0-9]*?)0+$', '\1'), '\.$', ''), '^-0$', '0') END""",
    r"CREATE OR REPLACE TEMP MACRO amount(x) AS TRY_CAST(plain_number(x) AS DECIMAL(38, 9))",
    r"CREATE OR REPLACE TEMP MACRO scale_of(x) AS length(regexp_extract(plain_number(x), '\.([0-9]+)$', 1))",
    r"CREATE OR REPLACE TEMP MACRO folded(x) AS lower(translate(x, 'İIı', 'iii'))",
    r"CREATE OR REPLACE TEMP MACRO unaccented(x) AS translate(strip_accents(x), 'ıßøØłŁđĐ', 'isoOlLdD')",
    r"""CREATE OR REPLACE TEMP MACRO spelled_out(x) AS replace(replace(replace(replace(replace(replace(replace(x,
    'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'Ä', 'Ae'), 'Ö', 'Oe'), 'Ü', 'Ue'), 'ß', 'ss')""",
    r"CREATE OR REPLACE TEMP MACRO ascii_of(x) AS regexp_replace(x, '[^\x00-\x7F]+|[?]', '', 'g')",
    r"CREATE OR REPLACE TEMP MACRO digits_of(x) AS regexp_replace(x, '[^0-9]', '', 'g')",
    r"""CREATE OR REPLACE TEMP MACRO unwrapped(x) AS blank_free(replace(replace(replace(replace(replace(
    regexp_replace(x, '</?[a-zA-Z][^<>]*>', '', 'g'), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''),
    '&amp;', '&'))""",
    r"""CREATE OR REPLACE TEMP MACRO truth(x) AS CASE WHEN lower(x) IN ('true', '1', 't', 'yes') THEN TRUE
    WHEN lower(x) IN ('false', '0', 'f', 'no') THEN FALSE END""",
    r"CREATE OR REPLACE TEMP MACRO day_of(x) AS TRY_CAST(left(x, 10) AS DATE)",
    r"CREATE OR REPLACE TEMP MACRO moment(x) AS TRY_CAST(x AS TIMESTAMPTZ)",
    r"CREATE OR REPLACE TEMP MACRO unordered(x) AS list_sort(TRY_CAST(x AS JSON)::VARCHAR[])",
)

# The named rules of a match after target normalisation, the same value written otherwise: the kinds that each is for
# (none: every kind), its name, its SQL. The first that holds is named; a reference has none.
_SAME: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("decimal", "integer"), "number format", "plain_number(expected) = plain_number(actual)"),
    (
        ("date",), "date format",
        r"regexp_matches(actual, '^.{10}[T ]00:00(:00(\.0+)?)?(Z|\+00:?00)?$') AND left(actual, 10) = expected",
    ),
    (("instant",), "instant format", "moment(expected) = moment(actual)"),
    (("boolean",), "boolean format", "truth(expected) = truth(actual)"),
    (("list",), "order of a list", "unordered(expected) = unordered(actual)"),
    (
        ("phone",), "phone format",
        r"digits_of(expected) <> '' AND NOT regexp_matches(actual, '\pL')"
        " AND digits_of(expected) = regexp_replace(digits_of(actual), '^00', '')",
    ),
    (("email", "domain"), "capitals of a mailbox", "lower(expected) = lower(actual)"),
    (("url",), "last slash of an address", "rtrim(expected, '/') = rtrim(actual, '/')"),
    ((), "blanks around a value", "blank_free(expected) = blank_free(actual)"),
    ((), "line ends", "replace(expected, chr(13), '') = replace(actual, chr(13), '')"),
    ((), "Unicode form", "nfc_normalize(expected) = nfc_normalize(actual)"),
    (("text",), "HTML wrapper", "actual LIKE '%<%>%' AND unwrapped(actual) = blank_free(expected)"),
)  # fmt: skip


def same_by(kind: str) -> tuple[str, ...]:
    """The rules under which two texts of a kind are the same value."""
    return tuple(name for kinds, name, _ in _SAME if not kinds or kind in kinds) if kind != "reference" else ()


def _when(kinds: tuple[str, ...], name: str, holds: str) -> str:
    of = f"kind IN ({', '.join(map(literal, kinds))}) AND " if kinds else ""
    return f"WHEN {of}{holds} THEN {literal(name)}"


_RULE = f"CASE WHEN kind = 'reference' THEN NULL {' '.join(_when(*rule) for rule in _SAME)} END"

# Whether two texts are one value of that kind, null and empty being alike.
_ALIKE = f"""CREATE OR REPLACE TEMP MACRO alike(kind, expected, actual) AS
  nullif(expected, '') IS NOT DISTINCT FROM nullif(actual, '') OR coalesce({_RULE}, '') <> ''"""

_PLAIN_CAUSE = rf"""CASE
  WHEN gone THEN {literal(MISSING)}
  WHEN class = 'lost' THEN 'lost'
  WHEN class = 'filled_by_target' THEN 'set by the target'
  WHEN kind = 'reference' THEN 'wrong parent'
  WHEN kind IN ('decimal', 'integer') THEN CASE
    WHEN amount(actual) = -amount(expected) THEN 'sign'
    WHEN abs(amount(expected)) >= 0.01 AND amount(actual) = amount(expected) * 100 THEN 'scaled by 100'
    WHEN abs(amount(actual)) >= 0.01 AND amount(expected) = amount(actual) * 100 THEN 'scaled by 0.01'
    WHEN scale_of(actual) < scale_of(expected)
      AND abs(amount(expected) - amount(actual)) < power(10, -scale_of(actual)) THEN 'rounding' END
  WHEN kind = 'date' THEN CASE date_diff('day', day_of(expected), day_of(actual))
    WHEN -1 THEN 'date -1 day' WHEN 1 THEN 'date +1 day' WHEN 0 THEN 'time of day added' END
  WHEN kind IN ('instant', 'boolean', 'list') THEN NULL
  WHEN ascii_of(expected) <> expected AND (actual IN (unaccented(expected), spelled_out(expected))
    OR (ascii_of(expected) = ascii_of(actual)
    AND (actual LIKE '%?%' OR actual <> unaccented(actual) OR contains(actual, chr(65533))))) THEN 'encoding'
  WHEN folded(expected) = folded(actual) THEN 'case'
  WHEN starts_with(expected, actual) THEN 'truncated at ' || length(actual)
END"""


# The cells that a cause could have hit, by its first words, over the expected text `{x}` and what follows those words.
_COULD_HIT = {
    "truncated at ": "length({x}) > {n}",
    "default value ": "{x} <> {n}",
    "encoding": "ascii_of({x}) <> {x}",
    "case": "upper({x}) <> lower({x})",
    "rounding": "scale_of({x}) > 0",
    "sign": "amount({x}) <> 0",
    "scaled by ": "amount({x}) <> 0",
}


def could_hit(cls: str, cause: str, kind: str, expected: str) -> str:
    """SQL: whether a cause could have hit a cell of that kind; null where it is empty and the cause needs a value."""
    filled = f"nullif({expected}, '')"
    if cls == "filled_by_target":
        return f"{filled} IS NULL"
    start = next((start for start in _COULD_HIT if cause.startswith(start)), None)
    if cls != "different" or start is None or kind == "reference":
        return f"{filled} IS NOT NULL"
    rest = cause.removeprefix(start)
    return _COULD_HIT[start].format(x=filled, n=rest if start == "truncated at " else literal(rest))


def _swapped(tables: Relations, cells: str) -> None:
    """Two fields of one record that hold each other's value."""
    tables.execute(
        f"""UPDATE {cells} SET cause = 'swapped with ' || s.other FROM (
          SELECT x.__entity AS entity, x.field AS one, min(y.field) AS other FROM {cells} x JOIN {cells} y
          ON x.__entity = y.__entity AND x.field <> y.field AND x.expected = y.actual AND x.actual = y.expected
          WHERE x.class = 'different' AND y.class = 'different' AND coalesce(x.cause, '') <> {literal(STALE)}
            AND coalesce(y.cause, '') <> {literal(STALE)} GROUP BY x.__entity, x.field) s
        WHERE __entity = s.entity AND field = s.one"""
    )


def _shared(tables: Relations, cells: str) -> None:
    """Causes that only the whole column gives away: one shift, or one value, in many cells."""
    tables.execute(
        f"""UPDATE {cells} SET cause = 'default value ' || s.actual FROM (
          SELECT field, actual FROM {cells} WHERE class = 'different' AND cause IS NULL GROUP BY field, actual
          HAVING count(*) >= {MANY} AND count(DISTINCT expected) > 1) s
        WHERE class = 'different' AND cause IS NULL AND {cells}.field = s.field AND {cells}.actual = s.actual"""
    )
    tables.execute(
        f"""UPDATE {cells} SET cause = 'shifted by ' || s.shift FROM (
          SELECT field, {_SHIFT} AS shift FROM {cells} WHERE class = 'different' AND cause IS NULL
          GROUP BY field, shift HAVING shift IS NOT NULL AND count(*) >= {MANY}) s
        WHERE class = 'different' AND cause IS NULL AND {cells}.field = s.field AND {_SHIFT} = s.shift"""
    )
    # A length that no two cells share is no limit of the field.
    tables.execute(
        f"""UPDATE {cells} SET cause = 'truncated' WHERE cause LIKE 'truncated at %' AND (field, cause) IN (
          SELECT (field, cause) FROM {cells} WHERE cause LIKE 'truncated at %'
          GROUP BY field, cause HAVING count(*) = 1)
        AND field IN (SELECT field FROM {cells} WHERE cause LIKE 'truncated at %' GROUP BY field HAVING count(*) > 1)"""
    )


_SHIFT = """CASE
  WHEN kind IN ('decimal', 'integer') THEN plain_number((amount(actual) - amount(expected))::VARCHAR)
  WHEN kind = 'date' THEN date_diff('day', day_of(expected), day_of(actual))::VARCHAR || ' days'
  WHEN kind = 'instant' THEN date_diff('second', moment(expected), moment(actual))::VARCHAR || ' seconds' END"""


def _find_shifted_rows(tables: Relations, cells: str, expected: str) -> None:
    """Cells that hold what the record before or after was to hold: a load that matched answers by position."""
    fields = tables.rows(
        f"SELECT field FROM {cells} WHERE class = 'different' AND cause = 'unknown' GROUP BY field "
        f"HAVING count(*) >= {MANY} ORDER BY field"
    )
    if not fields:
        return
    order = quoted(f"{cells.strip(chr(34))}/order")
    tables.execute(
        f"CREATE TEMP TABLE {order} AS "
        f"SELECT __entity, row_number() OVER (ORDER BY __position, __entity) AS n FROM {expected}"
    )
    for (field,) in fields:
        _shifted_field(tables, cells, expected, order, str(field))
    tables.execute(f"DROP TABLE {order}")


def _shifted_field(tables: Relations, cells: str, expected: str, order: str, field: str) -> None:
    found = f"""SELECT c.__entity FROM {cells} c JOIN {order} o USING (__entity)
      JOIN {order} p ON p.n IN (o.n - 1, o.n + 1) JOIN {expected} e ON e.__entity = p.__entity
      WHERE c.field = $field AND c.class = 'different' AND c.cause = 'unknown' AND e.{quoted(field)} = c.actual"""
    bound = {"field": field}
    (count,) = tables.connection.execute(f"SELECT count(DISTINCT __entity) FROM ({found})", bound).fetchall()[0]
    if count >= MANY:
        tables.connection.execute(
            f"UPDATE {cells} SET cause = 'shifted row' WHERE field = $field AND __entity IN ({found})", bound
        )
