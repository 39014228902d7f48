"""Hygiene: how full the records are, and whether anybody worked with them."""

from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

PEOPLE = Measure("contacts", "true")


def _filled(name: str, field: str) -> Definition:
    return Definition(name, {"filled": Measure("contacts", field), "people": PEOPLE}, "filled / people", "share")


def _doubles(object_name: str, field: str, records: str, pairs: str) -> tuple[Definition, Definition]:
    """Records beyond the first that say the same, and pairs of them: before a merge, as expected and after it."""
    said = f"lower(trim({field}))"
    return (
        one(records, Measure(object_name, field, said, how="repeats"), "count"),
        one(pairs, Measure(object_name, field, said, how="pairs"), "count"),
    )


HYGIENE = (
    _filled("email_fill", "email"),
    _filled("phone_fill", "phone"),
    *_doubles("contacts", "email", "doubled_contacts", "pairs_of_contacts"),
    *_doubles("accounts", "name", "doubled_accounts", "pairs_of_accounts"),
    one("accounts_without_owner", Measure("accounts", "not owner"), "count"),
    one("deals_without_owner", Measure("deals", "not owner"), "count"),
    one("recent_activities", Measure("activities", "happened_day > {year_ago} and happened_day <= {as_of}"), "count"),
)
