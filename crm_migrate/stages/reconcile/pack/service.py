"""Service: what is open, how long it takes, and how satisfied people are."""

from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

SCALE = {"scale": "5"}
ASKED = Measure("survey_responses", "lower(type) = 'csat' and score")
SATISFIED = Measure("survey_responses", "lower(type) = 'csat' and score >= scale * 0.8", else_=SCALE)


def _time(name: str, day: str) -> Definition:
    both = f"created_day and {day}"
    days = Measure("tickets", both, f"days_between(created_day, {day})")
    return Definition(name, {"days": days, "tickets": Measure("tickets", both)}, "days / tickets", "days")


SERVICE = (
    one("open_tickets", Measure("tickets", "is_open"), "count", "status", "priority", "owner"),
    one("closed_tickets", Measure("tickets", "closed_day"), "count", "closed_month"),
    _time("resolution_time", "resolved_day"),
    _time("closing_time", "closed_day"),
    Definition("csat", {"satisfied": SATISFIED, "asked": ASKED}, "satisfied / asked", "share"),
    Definition(
        "csat_mean",
        {"scores": Measure("survey_responses", "lower(type) = 'csat' and score", "score"), "asked": ASKED},
        "scores / asked",
        "number",
    ),
)
