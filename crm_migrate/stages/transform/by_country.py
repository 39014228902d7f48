"""A step that reads by the rules of a country which each row says itself: `Tel | phone(by=Land)`."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from crm_migrate.cleansing import STEPS, Context
from crm_migrate.cleansing.places.localities import language_of
from crm_migrate.cleansing.steps import INVALID_FLAGS
from crm_migrate.mapping.plan import BY, StepPlan

_UNREAD = "?"  # in place of a code: the row says a country, and nobody knows which


def by_country(step: StepPlan, values: pl.Series, countries: pl.Series, context: Context) -> pl.DataFrame:
    """The outcomes of the step; `countries` are texts. A row without one is read as if the step had no `by`.

    Where a country is said that nobody can read, none is taken instead: what needs one is told as undecided.
    """
    read = STEPS["country"].function(countries, context)
    codes = read["value"].set(read["flag"].is_in(INVALID_FLAGS).fill_null(False), _UNREAD)
    rows = pl.DataFrame({"row": pl.int_range(len(values), eager=True), "value": values, "code": codes})
    parts = [
        _of(step, str(code or ""), part["value"], context).with_columns(part["row"])
        for (code,), part in rows.group_by("code", maintain_order=True)
    ]
    return pl.concat(parts).sort("row").drop("row") if parts else _of(step, "", values, context)


def _of(step: StepPlan, code: str, values: pl.Series, context: Context) -> pl.DataFrame:
    said: Mapping[str, str] = {name: text for name, text in step.options.items() if name != BY}
    function = STEPS[step.name].function
    if code == _UNREAD:
        return function(values, replace(context, locale=language_of(context.locale), evidence={}))
    return function(values, context, code) if code else function(values, context, *step.args, **said)
