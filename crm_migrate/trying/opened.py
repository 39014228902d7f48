"""A mapping without its rules that leave rows out: what would be there if nobody had said otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

from crm_migrate.mapping.plan import FeedPlan, ObjectPlan, Plan, SourcePlan

SKIP, WHERE, ABSENT, CHECK = "skip", "where", "absent", "check"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as rows that it left out carry it (`code`, `rule`), and the condition that it says."""

    kind: str
    source: str
    object: str
    code: str
    rule: str
    condition: str


def rules(plan: Plan) -> Iterator[Rule]:
    """Every rule of a mapping that leaves rows or records out, by the object and the source that it is about."""
    for each in plan.objects:
        for source in each.sources:
            for skip in plan.source(source).skip:
                yield Rule(SKIP, source, each.name, "skipped_line", skip.name, skip.expression or skip.name)
        for feed in each.feeds:
            if feed.where is not None:
                kind, code = (ABSENT, "no_such_object") if feed.absent else (WHERE, "excluded_rule")
                yield Rule(kind, feed.source, each.name, code, feed.because or feed.where, feed.where)
            for check in plan.checks:
                if check.object == each.name and check.otherwise == "exclude":
                    yield Rule(CHECK, feed.source, each.name, check.code, check.id, check.say or check.expression)


def opened(plan: Plan) -> Plan:
    """The mapping without these rules."""
    return plan.model_copy(
        update={
            "sources": tuple(map(_source, plan.sources)),
            "objects": tuple(map(_object, plan.objects)),
            "checks": tuple(check for check in plan.checks if check.otherwise != "exclude"),
        }
    )


def _source(source: SourcePlan) -> SourcePlan:
    return source.model_copy(update={"skip": ()})


def _object(each: ObjectPlan) -> ObjectPlan:
    return each.model_copy(update={"feeds": tuple(map(_feed, each.feeds))})


def _feed(feed: FeedPlan) -> FeedPlan:
    return feed.model_copy(update={"where": None, "because": None, "absent": False})
