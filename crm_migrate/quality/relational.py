"""Rules between records, in SQL: values that may be there once, and references that must lead somewhere."""

from crm_migrate.quoting import literal, quoted


def doubled(view: str, key: str, field: str, code: str = "not_unique") -> str:
    """A query of breaches (`key`, `field`, `code`, `message`): records whose `field` another has too."""
    column = quoted(field)
    return f"""SELECT {quoted(key)} AS key, {literal(field)} AS field, {literal(code)} AS code,
      {literal(field + " is the same in ")} || n || ' records' AS message
      FROM (SELECT {quoted(key)}, count(*) OVER (PARTITION BY {column}) AS n FROM {view} WHERE {column} IS NOT NULL)
      WHERE n > 1"""


def orphaned(view: str, key: str, field: str, parents: str, parent_key: str) -> str:
    """A query of breaches: records whose reference leads to no record of `parents`."""
    return f"""SELECT c.{quoted(key)} AS key, {literal(field)} AS field, 'orphan' AS code,
      {literal(field + " leads to no record")} AS message FROM {view} c
      ANTI JOIN {parents} p ON p.{quoted(parent_key)} = c.{quoted(field)} WHERE c.{quoted(field)} IS NOT NULL"""
