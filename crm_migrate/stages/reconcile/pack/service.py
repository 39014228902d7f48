"""Service: what is open, how long it takes, and how satisfied people are."""

from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

SCALE = {"scale": "5"}
ASKED = Measure("survey_responses", "lower(type) = 'csat' and score")
SATISFIED = Measure("survey_responses", "lower(type) = 'csat' and score >= scale * 0.8", else_=SCALE)


def _time(name: str, day: str) -> Definition:
    both = f"created_day and {day}"
    days = Measure("tickets", both, f"days_between(created_day, {day})")
    return Definition(name, {"days": days, "tickets": Measure("tickets", both)}, "days / tickets", "days")


def _middle(name: str, day: str) -> Definition:
    both = f"created_day and {day}"
    median = Measure("tickets", both, f"days_between(created_day, {day})", how="median")
    tickets = Measure("tickets", both)
    return Definition(name, {"median": median, "tickets": tickets}, "if(tickets > 0, median, null)", "days")


# A ticket that is open again: it has the day on which it was resolved or closed once.
REOPENED = Measure(
    "tickets",
    "is_open and (resolved_day or closed_day)",
    else_={"resolved_day": "closed_day", "closed_day": "resolved_day"},
)

SERVICE = (
    one("open_tickets", Measure("tickets", "is_open"), "count", "status", "priority", "owner"),
    one("closed_tickets", Measure("tickets", "closed_day"), "count", "closed_month"),
    one("reopened_tickets", REOPENED, "count", "owner"),
    _time("resolution_time", "resolved_day"),
    _middle("resolution_median", "resolved_day"),
    _time("closing_time", "closed_day"),
    Definition("csat", {"satisfied": SATISFIED, "asked": ASKED}, "satisfied / asked", "share"),
    Definition(
        "csat_mean",
        {"scores": Measure("survey_responses", "lower(type) = 'csat' and score", "score"), "asked": ASKED},
        "scores / asked",
        "number",
    ),
)
