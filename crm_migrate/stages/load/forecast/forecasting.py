"""What a planned load will cost the target: batches, requests, minutes, and on how many days its quota lets it end.

Nothing is invented. Batches are counted as the load will cut them, requests by what the target says a batch costs,
minutes by loads that were measured before; where none was, by an assumption about requests that is named. What is not
known is not said. Requests that fail and are sent again come on top.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from statistics import quantiles

from pydantic import BaseModel, ConfigDict

from crm_migrate.connecting.assumed import FAST, IDENTIFIED, SLOW
from crm_migrate.connecting.contract import (
    Action,
    Allowance,
    Costs,
    CostsToAsk,
    InCredits,
    Limits,
    Target,
    TargetObject,
    Usage,
)
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.quoting import literal, names_of, quoted
from crm_migrate.stages.load.files import takes_files
from crm_migrate.stages.load.forecast.capacity import CapacityForecast, allowed_by, capacity_forecast, unsaid
from crm_migrate.stages.load.forecast.files import FilesForecast, files_forecast
from crm_migrate.stages.load.forecast.freeze import FreezeForecast, begins, freeze_forecast
from crm_migrate.stages.load.forecast.history import history
from crm_migrate.stages.load.forecast.paces import Pace, paces_of, slowed, slowest, words
from crm_migrate.stages.load.forecast.spelling import lasting
from crm_migrate.stages.load.keys import names_field, plan_columns
from crm_migrate.stages.load.objects import Link, links, loaded_fields, target_object, waiting, written_last
from crm_migrate.stages.load.sending import batch_limits
from crm_migrate.stages.load.sent_cells import Sent
from crm_migrate.workspace.layout import Project
from crm_migrate.workspace.ledger import checked
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import PLANNED, THEIRS

Between = tuple[int, int]  # at least, at most
Seconds = tuple[float, float]
_ENOUGH = 2  # waits that a range needs
_DAY = 24 * 3600.0
_ASSUMED = f"assumed requests of {FAST} to {SLOW} seconds; no load of this project was measured"


class ObjectForecast(BaseModel):
    """What one object costs; `requests` and `reads` are None where the target says nothing of them, `credits` of both
    where its day does not count any."""

    model_config = ConfigDict(frozen=True)

    object: str
    batches: Between
    requests: Between | None = None
    reads: int | None = None
    credits: Between | None = None

    def words(self) -> str:
        """As `3 batch(es), 6 request(s) to write, 2 to read back`."""
        return _cost(self.batches, self.requests, self.reads)


class Forecast(BaseModel):
    """What a load costs with all objects, reading back included in `reads`, and what is asked beside records in `asks`
    (None where the target does not count that); `credits` are of all of it, where its day counts those. `seconds` are
    of writing; `measured` says in which run and environment batches took how long, "" where they are assumed. `per_day`
    requests or credits are what the target tells, or (`bought`) what the licence includes; `left` of them only what it
    tells. `pace` is in how many seconds no more than so many requests are taken, where anybody waits for that. `unsaid`
    is what nobody said of the licence, and the next step."""

    model_config = ConfigDict(frozen=True)

    objects: tuple[ObjectForecast, ...]
    batches: Between
    requests: Between | None = None
    reads: int | None = None
    asks: int | None = None
    credits: Between | None = None
    seconds: tuple[float, float] | None = None
    measured: str = ""
    per_day: int | None = None
    left: int | None = None
    bought: bool = False
    days: int | None = None
    pace: Pace | None = None
    files: FilesForecast | None = None
    capacity: CapacityForecast | None = None
    unsaid: str = ""
    freeze: FreezeForecast | None = None

    def lines(self) -> Iterator[str]:
        """What a person reads of it."""
        yield from self._counted()
        if self.files is not None:
            yield from self.files.lines()
        if self.seconds is None:
            yield "how long  not known yet: no load of this project was measured"
        else:
            yield f"how long  {lasting(self.seconds)} of writing, by {self.measured or _ASSUMED}"
        if self.pace is not None and self.requests is not None:
            yield f"          {words(self.requests[0], self.pace)}"
        yield from self._quota()
        if self.capacity is not None:
            yield from self.capacity.lines()
        if self.unsaid:
            yield f"licence   {self.unsaid}"
        if self.freeze is not None:
            yield from self.freeze.lines()

    def _counted(self) -> Iterator[str]:
        asks = "" if self.asks is None else f", {self.asks:,} about the target itself"
        yield f"the load  {_cost(self.batches, self.requests, self.reads)}{asks}"
        if len(self.objects) > 1:
            yield from (f"          {each.object}: {each.words()}" for each in self.objects)
        if self.credits is not None:
            yield f"          in all {_span(self.credits)} credit(s), which its day counts in place of requests"

    def _quota(self) -> Iterator[str]:
        unit = "requests" if self.credits is None else "credits"
        if self.left is not None and self.per_day is not None:
            yield f"daily quota  {self.left:,} of {self.per_day:,} {unit} are left today: {self._end()}"
        elif self.bought and self.per_day is not None:
            yield f"daily quota  {self.per_day:,} {unit} a day by the licence, if nobody else asks: {self._end()}"

    def _end(self) -> str:
        if self.days == 1:
            return "it suffices"
        ends = f"the load stops in good order, and `crm-migrate resume` ends it on day {self.days:,}"
        return f"IT DOES NOT SUFFICE; {ends}" if self.days else "what the load needs is not known"


def forecast(
    tables: Relations, project: Project, plan: Plan, target: Target, identity: str, took: Mapping[str, float]
) -> Forecast:
    """What the load of the lines that are published costs; `took` is how many seconds the stages of the run took. Asks
    the target what is left of its limits."""
    allowed = target.allowance() if isinstance(target, Usage) else Allowance()
    there = {each.name: _there(tables, each) for each in plan.objects}
    objects = [_object(tables, plan, each, target, allowed, there) for each in plan.objects]
    batches, requests = _sum([o.batches for o in objects]), _sum_known([o.requests for o in objects])
    reads = [o.reads for o in objects]
    read = sum(each for each in reads if each is not None) if None not in reads else None
    asks = _asks(plan, target) if isinstance(target, CostsToAsk) else None
    credits = _credits(plan, objects, target)
    needed = credits[1] if credits else requests[1] + read + (asks or 0) if requests and read is not None else None
    waits, measured = _waits(project, identity)
    parallel = max((target.limits(target_object(plan, each), "create").parallel for each in plan.objects), default=1)
    licence = plan.environment.licence
    per_day, told = allowed_by(licence, allowed)
    days = _days(needed, per_day, allowed.left if told else per_day)
    paces = paces_of(allowed, licence)
    seconds = _seconds(batches, requests, waits, parallel, paces)
    reading = None if read is None else _assumed((read, read), 1, paces)
    return Forecast(
        objects=tuple(objects),
        batches=batches,
        requests=requests,
        reads=read,
        asks=asks,
        credits=credits,
        seconds=seconds,
        measured=measured,
        per_day=per_day,
        left=allowed.left,
        bought=not told,
        days=days,
        pace=None if requests is None else slowest(requests[0], paces),
        files=files_forecast(tables, plan, plan.objects, target),
        capacity=capacity_forecast(tables, plan.objects, licence, allowed),
        unsaid=unsaid(plan.environment, allowed),
        freeze=_freeze(tables, plan, took, _in_days(seconds, days), reading),
    )


def _freeze(
    tables: Relations, plan: Plan, took: Mapping[str, float], load: Seconds | None, reads: Seconds | None
) -> FreezeForecast | None:
    freeze = plan.environment.freeze
    over = () if freeze is None else history(tables, plan.objects, begins(freeze))
    return freeze_forecast(freeze, took, load, reads, over)


def _object(
    tables: Relations, plan: Plan, object_plan: ObjectPlan, target: Target, allowed: Allowance, there: Mapping[str, int]
) -> ObjectForecast:
    object = target_object(plan, object_plan)
    later = [link for link in links(plan, object_plan) if link.later]
    lines = tables.scan(PLANNED, object_plan.name, also=plan_columns(object_plan))
    made = tables.count(f"{lines} WHERE __action = 'create'")
    creates = batch_limits(target, object, "create", lambda: made)
    count = partial(tables.count, f"{lines} WHERE __action = 'update'")
    updates = batch_limits(target, object, "update", count)
    created = _with_bytes(tables, object_plan, ceil(made / creates.rows), creates, "create", lines)
    waits = waiting(plan, object_plan)
    changed = sum(_changes(tables, lines, updates.rows, adopt=adopt, waits=waits) for adopt in (True, False))
    written = _with_bytes(tables, object_plan, changed, updates, "update", lines)
    linked = sum(ceil(_linked(tables, lines, link) / updates.rows) for link in later)
    sent = Sent(tables, lines, loaded_fields(object_plan), later, written_last(object_plan))
    linked += sum(ceil(count / updates.rows) for _, count in sent.closing())
    written = (written[0] + linked, written[1] + linked)
    own = there[object_plan.name]
    others = (each for each in plan.objects if each.target != object_plan.target)
    beside = {target_object(plan, each): there[each.name] for each in others}
    asked: list[tuple[Action, Between, Limits]] = [("create", created, creates), ("update", written, updates)]
    if takes_files(target, plan, object_plan):  # they go one by one, however many a batch on disk holds
        changing = count()
        asked = [
            ("create", (made, made), replace(creates, rows=1)),
            ("update", (changing, changing), replace(updates, rows=1)),
        ]
    costs = target if isinstance(target, Costs) else None
    credits = target.credits if isinstance(target, InCredits) else None
    requests = [_written(costs, object, *each, sent) for each in asked]
    return ObjectForecast(
        object=object_plan.name,
        batches=_sum([created, written]),
        requests=_sum_known(requests),
        reads=costs.reading(object, own, beside) if costs else _reads(own, allowed.page),
        credits=_in_credits(credits, object, asked, sent, (own, beside)) if credits else None,
    )


def _there(tables: Relations, object_plan: ObjectPlan) -> int:
    """Records of an object that will be read back: those that are there, and those that are made."""
    planned = tables.scan(PLANNED, object_plan.name)
    made = tables.count(f"{planned} WHERE __action = 'create'")
    return tables.count(tables.scan(THEIRS, object_plan.name)) + made


def _in_credits(
    credits: Costs, object: TargetObject, asked: Sequence[tuple[Action, Between, Limits]], sent: Sent,
    there: tuple[int, Mapping[TargetObject, int]],
) -> Between | None:  # fmt: skip
    """What an object costs of the day."""
    read = credits.reading(object, *there)
    return _sum_known([*(_written(credits, object, *each, sent) for each in asked), (read, read)])


def _credits(plan: Plan, objects: Sequence[ObjectForecast], target: Target) -> Between | None:
    """What all of them cost of the day, with what is asked beside."""
    if not isinstance(target, InCredits):
        return None
    asks = _asks(plan, target.credits)
    return _sum_known([*(each.credits for each in objects), (asks, asks)])


def _asks(plan: Plan, target: CostsToAsk) -> int:
    """Requests beside records, of the connection that looks before and of that which loads."""
    asks = target.asking([target_object(plan, each) for each in plan.objects])
    return IDENTIFIED * asks.identity + asks.before + asks.during


def _written(
    costs: Costs | None, object: TargetObject, action: Action, batches: Between, limits: Limits, sent: Sent
) -> Between | None:
    """What batches of requests cost by what they hold, where the target counts so; else by what it says of any."""
    if costs is None or limits.requests is not None:
        return _times(batches, limits.requests)
    cost = costs.writing(object, action, sent.created(limits.rows) if action == "create" else sent.changed(limits.rows))
    return cost, cost if batches[0] == batches[1] else ceil(cost * batches[1] / batches[0])


def _changes(tables: Relations, lines: str, rows: int, *, adopt: bool, waits: Sequence[str]) -> int:
    """How many batches adopt or change records: as the load cuts them, by slices and by what changed alike."""
    listed = ", ".join(map(literal, waits))
    names = names_of("__changed_fields")
    nothing = f"len(list_filter({names}, lambda x: x NOT IN ({listed}))) = 0" if waits and not adopt else "FALSE"
    kind = "__code = 'existing'" if adopt else "__code IS DISTINCT FROM 'existing'"
    return tables.count(f"""(SELECT DISTINCT slice, __changed_fields FROM (
      SELECT __changed_fields, (row_number() OVER (ORDER BY __cluster) - 1) // {rows} AS slice
      FROM {lines} WHERE __action = 'update' AND {kind}) WHERE NOT ({nothing}))""")


def _linked(tables: Relations, lines: str, link: Link) -> int:
    """Records of which a link is written in the second pass."""
    made = f"(__action = 'create' AND {quoted(link.name)} IS NOT NULL)"
    return tables.count(f"{lines} WHERE {made} OR {names_field('__changed_fields', link.name)}")


def _with_bytes(
    tables: Relations, object_plan: ObjectPlan, batches: int, limits: Limits, action: str, lines: str
) -> Between:
    """Batches whose bytes are too many for one request are sent in pieces, of which two together are too large."""
    if limits.bytes is None or not batches:
        return batches, batches
    names = [str(field.target) for field in loaded_fields(object_plan)]
    cells = " + ".join(f"coalesce(strlen({quoted(name)}), 0) + {len(name.encode())}" for name in names)
    (total,) = tables.one(f"SELECT coalesce(sum({cells or 0}), 0) FROM {lines} WHERE __action = {literal(action)}")
    return batches, batches + 2 * int(total) // limits.bytes


def _reads(records: int, page: int | None) -> int | None:
    """Pages of an object, to the one that says that there are no more."""
    return None if page is None else records // page + 1


def _days(needed: int | None, per_day: int | None, left: int | None) -> int | None:
    """On which day the load ends, today being the first; None where that cannot be known."""
    if needed is None or left is None or not per_day:
        return None
    return 1 + ceil(max(0, needed - left) / per_day)


def _in_days(seconds: Seconds | None, days: int | None) -> Seconds | None:
    """A load that has to wait for the quota of another day takes until then."""
    waits = ((days or 1) - 1) * _DAY
    return None if seconds is None else (max(seconds[0], waits), max(seconds[1], waits))


def _waits(project: Project, identity: str) -> tuple[list[float], str]:
    """How long the batches of the last load took, of this target or else of any, and where that was."""
    if not project.ledger.exists():
        return [], ""
    with checked(project.ledger) as ledger:
        sent = [body for body in ledger.bodies("run") if ledger.sent(body["run"])]
        load = next((body for body in reversed(sent) if body["identity"] == identity), sent[-1] if sent else None)
        waits = ledger.waits(load["run"]) if load else []
    if load is None or len(waits) < _ENOUGH:
        return [], ""
    other = "" if load["identity"] == identity else ", another target than this one"
    return waits, f"{len(waits):,} batch(es) of run {load['run']} (environment {load.get('environment', '')}{other})"


def _seconds(
    batches: Between, requests: Between | None, waits: list[float], parallel: int, paces: Sequence[Pace]
) -> Seconds | None:
    """From the usual batch, as many at a time as may be, to the slow one, one after the other; where none was measured
    by assumed requests, and None where those are not known either."""
    if len(waits) < _ENOUGH:
        return None if requests is None else _assumed(requests, parallel, paces)
    cuts = quantiles(waits, n=20, method="inclusive")
    usual, slow = cuts[9], cuts[18]
    pace = 0.0 if requests is None else slowed(requests[0], paces)
    return max(batches[0] * usual / parallel, pace), max(batches[1] * slow, pace)


def _assumed(requests: Between, parallel: int, paces: Sequence[Pace]) -> Seconds:
    low, high = requests
    return max(low * FAST / parallel, slowed(low, paces)), max(high * SLOW, slowed(high, paces))


def _times(batches: Between, requests: int | None) -> Between | None:
    return None if requests is None else (batches[0] * requests, batches[1] * requests)


def _sum(parts: Sequence[Between]) -> Between:
    return sum(low for low, _ in parts), sum(high for _, high in parts)


def _sum_known(parts: Sequence[Between | None]) -> Between | None:
    known = [part for part in parts if part is not None]
    return _sum(known) if len(known) == len(parts) else None


def _cost(batches: Between, requests: Between | None, reads: int | None) -> str:
    write = "" if requests is None else f", {_span(requests)} request(s) to write"
    return f"{_span(batches)} batch(es){write}" + ("" if reads is None else f", {reads:,} to read back")


def _span(span: Between) -> str:
    return f"{span[0]:,}" if span[0] == span[1] else f"{span[0]:,} to {span[1]:,}"
