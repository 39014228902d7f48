"""Sales: what is open, won and lost, and how long it takes."""

from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

AMOUNT = "{amount}"  # in the currency of the report where the project has one, else in its own
WON, LOST, OPEN = (Measure("deals", where) for where in ("is_won", "is_lost", "is_open"))
DECIDED = Measure("deals", "is_won or is_lost")
REVENUE = Measure("deals", "is_won", AMOUNT)

SALES = (
    one("open_deals", OPEN, "count", "stage", "owner"),
    one("open_pipeline", Measure("deals", "is_open", AMOUNT), "amount", "pipeline", "stage", "owner", "close_month"),
    one("won_deals", WON, "count", "close_year", "close_calendar_year"),
    one("won_revenue", REVENUE, "amount", "close_year", "close_calendar_year", never="falls"),
    one("lost_deals", LOST, "count", "lost_reason"),
    Definition("win_rate", {"won": WON, "decided": DECIDED}, "won / decided", "share"),
    Definition("average_deal", {"revenue": REVENUE, "won": WON}, "revenue / won", "amount"),
    Definition(
        "sales_cycle",
        {
            "days": Measure("deals", "is_won and created_day and close_day", "days_between(created_day, close_day)"),
            "won": Measure("deals", "is_won and created_day and close_day"),
        },
        "days / won",
        "days",
    ),
    one("overdue_deals", Measure("deals", "is_open and close_day < {as_of}"), "count", "owner"),
    one("deals_without_contact", Measure("deals", "not contact"), "count", "owner"),
    one("deals_without_account", Measure("deals", "not company"), "count", "owner"),
    one("deals_without_next_step", Measure("deals", "is_open and not next_step"), "count", "owner"),
)
