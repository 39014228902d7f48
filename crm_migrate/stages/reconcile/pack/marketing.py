"""Marketing: who may be written to, where leads come from, and what campaigns bring."""

from crm_migrate.stages.reconcile.pack.customers import SPEND
from crm_migrate.stages.reconcile.pack.definition import Definition, Measure, one

LEADS = Measure("leads", "true")
TEN = {"scale": "10"}
PROMOTERS, DETRACTORS = (
    Measure("survey_responses", f"lower(type) = 'nps' and score {test}", else_=TEN)
    for test in (">= scale * 0.9", "<= scale * 0.6")
)
ASKED = Measure("survey_responses", "lower(type) = 'nps' and score")
REVENUE = Measure("deals", "is_won and close_day >= {start} and close_day <= {end}", "{amount}")

MARKETING = (
    one("consents", Measure("contacts", "true"), "count", "consent"),
    one(
        "mailable",
        Measure("contacts", "consent = 'granted' and email and not email_dead", else_={"email_dead": "false"}),
        "count",
        never="rises",
    ),
    one("campaign_members", Measure("campaign_members", "true"), "count", "status"),
    one("leads", LEADS, "count", "lead_source"),
    Definition(
        "conversion", {"converted": Measure("leads", "converted_day"), "leads": LEADS}, "converted / leads", "share"
    ),
    one("promoters", PROMOTERS, "count"),
    one("detractors", DETRACTORS, "count"),
    Definition(
        "nps",
        {"promoters": PROMOTERS, "detractors": DETRACTORS, "asked": ASKED},
        "(promoters - detractors) / asked * 100",
        "number",
    ),
    Definition("roi", {"revenue": REVENUE, "spend": SPEND}, "(revenue - spend) / spend", "share"),
)  # fmt: skip
