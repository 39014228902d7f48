"""At which rates the target turned what was loaded into a currency of its own, as the plan of the load foretold."""

from collections.abc import Iterator

from crm_migrate.mapping.plan import Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.load import read_plan
from crm_migrate.stages.load.keys import plan_columns
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.rate_figures import LoadRate
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import OUTCOMES, PLANNED

RATE_OF_LOAD = "rate_of_load"


def load_rates(tables: Relations, plan: Plan, run: Run) -> Iterator[LoadRate]:
    """The currencies of the records that this run wrote, with the rate that the target had for each."""
    planned = read_plan(run)
    for told in planned.foretold if planned is not None else ():
        if told.code != RATE_OF_LOAD or not tables.finished(OUTCOMES, told.object):
            continue
        object_plan = plan.object(told.object)
        column = quoted(str(object_plan.field(told.field).target))
        lines = tables.scan(PLANNED, told.object, also=plan_columns(object_plan))
        for currency, _, rate in told.values:
            count = tables.count(
                f"{lines} JOIN {tables.scan(OUTCOMES, told.object)} o USING (__entity)"
                f" WHERE o.outcome = 'loaded' AND {column} = {literal(currency)}"
            )
            if count:
                yield LoadRate(object=told.object, currency=currency, rate=rate, records=count)
