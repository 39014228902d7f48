"""Hygiene: how full the records are, and whether anybody worked with them."""

from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

PEOPLE = Measure("contacts", "true")


def _filled(name: str, field: str) -> Definition:
    return Definition(name, {"filled": Measure("contacts", field), "people": PEOPLE}, "filled / people", "share")


HYGIENE = (
    _filled("email_fill", "email"),
    _filled("phone_fill", "phone"),
    one("accounts_without_owner", Measure("accounts", "not owner"), "count"),
    one("deals_without_owner", Measure("deals", "not owner"), "count"),
    one("recent_activities", Measure("activities", "happened_day > {year_ago} and happened_day <= {as_of}"), "count"),
)
