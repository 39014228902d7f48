"""Customers: how many there are, how many stay, what they cost and bring. Who is one, the mapping says.

A customer of a day came (`since`) on it or before, and has not left (`until`) before it. Retention is that of the
guides: (end - new) / start. A year of CLTV is that of the period.
"""

from crm_migrate.stages.reconcile.pack.definition import CUSTOMERS, Definition, Measure, one

START = Measure(CUSTOMERS, "({customer}) and {since} < {start} and (not {until} or {until} >= {start})")
END = Measure(CUSTOMERS, "({customer}) and {since} <= {end} and (not {until} or {until} > {end})")
STAYED = Measure(
    CUSTOMERS, "({customer}) and {since} >= {start} and {since} <= {end} and (not {until} or {until} > {end})"
)
NEW = Measure(CUSTOMERS, "({customer}) and {since} >= {start} and {since} <= {end}")
LEFT = Measure(CUSTOMERS, "({customer}) and {since} < {start} and {until} >= {start} and {until} <= {end}")
EVER = Measure(CUSTOMERS, "({customer}) and {since} and {since} <= {end}")
DAYS = Measure(
    CUSTOMERS,
    "({customer}) and {since} and {since} <= {end}",
    "days_between({since}, if({until} and {until} <= {end}, {until}, {end}))",
)
SPEND = Measure("campaigns", "starts_day >= {start} and starts_day <= {end}", "coalesce(actual_cost, budget)")
ORDERS = Measure("orders", "ordered_day >= {start} and ordered_day <= {end}")
ORDERED = Measure("orders", "ordered_day >= {start} and ordered_day <= {end}", "{amount}")

FAMILY = (
    one("new_accounts", Measure("accounts", "created_day"), "count", "created_year"),
    one("customers", END, "count"),
    one("new_customers", NEW, "count"),
    Definition("lost_customers", {"n": LEFT}, "n", "count", leaving=True),
    Definition("retention", {"start": START, "end": END, "new": STAYED}, "(end - new) / start", "share", leaving=True),
    Definition("churn", {"lost": LEFT, "start": START}, "lost / start", "share", leaving=True),
    Definition("order_value", {"revenue": ORDERED, "orders": ORDERS}, "revenue / orders", "amount"),
    Definition("order_frequency", {"orders": ORDERS, "customers": END}, "orders / customers", "number"),
    Definition("customer_years", {"days": DAYS, "customers": EVER}, "days / customers / 365.25", "number"),
    Definition("cac", {"spend": SPEND, "new": NEW}, "spend / new", "amount"),
    Definition(
        "cltv",
        {
            "revenue": ORDERED, "orders": ORDERS, "customers": END, "days": DAYS, "ever": EVER,
            "spend": SPEND, "new": NEW,
        },
        "(revenue / orders) * (orders / customers) * (days / ever / 365.25) - spend / new",
        "amount",
    ),
)  # fmt: skip
