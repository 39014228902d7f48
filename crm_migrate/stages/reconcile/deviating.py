"""What share of a night deviates: of records, of values, of money.

A record of the sources (`source:key`) deviates where it stands behind an exception that is an error and is open: nobody
has fixed or accepted it in `exceptions.yaml`. So do rows that could not be read. What users have changed in the target
is a warning of its own, and no deviation.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm_migrate.crm.money import plain
from crm_migrate.mapping.plan import ObjectPlan, Plan
from crm_migrate.mapping.plan_environment import WatchPlan
from crm_migrate.quoting import literal
from crm_migrate.stages.reconcile import listing
from crm_migrate.stages.reconcile.bridge_tables import amounts_of, in_report
from crm_migrate.stages.reconcile.causes import EDITED, MISSING
from crm_migrate.stages.reconcile.exceptions import LOST
from crm_migrate.stages.reconcile.exported import currency_field, money_fields
from crm_migrate.stages.reconcile.gates import NEVER_ACCEPTED, OUT_OF_SCOPE
from crm_migrate.workspace.exception_states import ExceptionState
from crm_migrate.workspace.figures import ExceptionGroup, FieldFigure, Gate, LinkFigure, SourceFigure
from crm_migrate.workspace.following import settled
from crm_migrate.workspace.night_figures import Does, Share
from crm_migrate.workspace.nights import Known, Result
from crm_migrate.workspace.relations import Relations
from crm_migrate.workspace.tables import DIFFERENCES, DISPOSITIONS

BLOCKING = NEVER_ACCEPTED | {"gone", "gone_amount", "consent"}  # without these no share means anything
_DIFFER = ("lost", "different", "filled_by_target")  # states of exceptions that count cells


@dataclass(frozen=True, slots=True)
class Watching:
    """What reconciliation knows of nights: those before this run, and what people have said of exceptions. `day` is
    that of the run; it is a night of its own where it `does` something."""

    plan: WatchPlan
    known: Known
    day: str
    does: Does = ""
    states: Mapping[str, ExceptionState] | None = None


def night(
    tables: Relations, plan: Plan, watching: Watching, exceptions: Sequence[ExceptionGroup], gates: Sequence[Gate],
    fields: Sequence[FieldFigure], links: Sequence[LinkFigure], sources: Sequence[SourceFigure], target: str,
) -> Result:  # fmt: skip
    """What came of a night. Call after everything else was reconciled."""
    found = _open(tables, watching, exceptions)
    _mark(tables, found)
    return Result(
        environment=plan.environment.name,
        day=watching.day,
        run=tables.run.id,
        does=watching.does,
        bound={"mapping": plan.meaning, "limits": _digest(watching.plan.model_dump_json()), "target": target},
        sources=_files(sources),
        blocked=tuple(dict.fromkeys(g.name for g in gates if g.name in BLOCKING and not g.passed and not g.accepted)),
        edited=_edited(tables),
        shares=tuple(_shares(tables, plan, watching.plan, found, fields, links)),
    )


def _open(tables: Relations, watching: Watching, groups: Sequence[ExceptionGroup]) -> list[ExceptionGroup]:
    states = watching.states or {}
    return [
        group for group in groups if group.severity == "error" and not settled(group, tables.run, states.get(group.id))
    ]


def _mark(tables: Relations, found: Sequence[ExceptionGroup]) -> None:
    """Create `deviating_` (`object`, `record`): those behind the exceptions."""
    ids = ", ".join(literal(group.id) for group in found) or "NULL"
    tables.execute(
        "CREATE OR REPLACE TEMP TABLE deviating_ AS"
        f" SELECT DISTINCT object, record FROM {listing.TABLE} WHERE id IN ({ids})"
    )


def _shares(
    tables: Relations, plan: Plan, watch: WatchPlan, found: Sequence[ExceptionGroup], fields: Sequence[FieldFigure],
    links: Sequence[LinkFigure],
) -> Iterator[Share]:  # fmt: skip
    records = {each.name: _records(tables, each) for each in plan.objects}
    unread = tables.count("deviating_ WHERE object = ''")
    values = {each.name: _values(tables, each.name, found, fields, links) for each in plan.objects}
    for measure, counts, more in (("records", records, unread), ("values", values, 0)):
        whole = tuple(sum(count[at] for count in counts.values()) + more for at in (0, 1))
        for scope, (deviating, of) in {"": whole, **counts}.items():
            yield _share(measure, scope, deviating, of, watch.limit(scope))
    for currency, (part, all_of_it) in sorted(_money(tables, plan).items()):
        yield _share("money", currency or "no currency", plain(part, currency), plain(all_of_it, currency), watch.money)


def _share(measure: str, scope: str, deviating: object, of: object, limit: str) -> Share:
    told = {"measure": measure, "scope": scope, "deviating": str(deviating), "of": str(of), "limit": limit}
    return Share.model_validate(told)


def _records(tables: Relations, object_plan: ObjectPlan) -> tuple[int, int]:
    """Records of an object that deviate, and all that are in scope."""
    name = literal(object_plan.name)
    deviating = f"SELECT record FROM deviating_ WHERE object = {name}"
    in_scope = f"SELECT {listing.RECORD} FROM {_in_scope(tables, object_plan)}"
    return tables.count(f"({deviating})"), tables.count(f"({in_scope} UNION {deviating})")


def _in_scope(tables: Relations, object_plan: ObjectPlan) -> str:
    states = ", ".join(map(literal, OUT_OF_SCOPE))
    return f"{tables.scan(DISPOSITIONS, object_plan.name)} WHERE state NOT IN ({states})"


def _values(
    tables: Relations,
    name: str,
    found: Sequence[ExceptionGroup],
    fields: Sequence[FieldFigure],
    links: Sequence[LinkFigure],
) -> tuple[int, int]:
    """Cells and links of an object that differ, those of records that are lost as a whole too, and all that were
    compared."""
    compared = sum(each.compared for each in fields if each.object == name)
    compared += sum(each.expected for each in links if each.object == name)
    own = [group for group in found if group.object == name]
    differing = sum(group.count for group in own if group.state in _DIFFER and group.rule != MISSING)
    if any(group.code == LOST for group in own):
        differing += tables.count(f"{tables.scan(DIFFERENCES, name)} WHERE cause = {literal(MISSING)}")
    return differing, compared


def _money(tables: Relations, plan: Plan) -> dict[str, tuple[Decimal, Decimal]]:
    """Currency -> what records that deviate are worth in the sources, and all that are in scope; without signs, and in
    the report's currency where it has one."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for each in plan.objects:
        whole = plan.money.report_in is not None and currency_field(each) is not None
        deviating = f"SELECT record FROM deviating_ WHERE object = {literal(each.name)}"
        for measure in money_fields(each):
            rows = tables.rows(
                f"""SELECT a.unit, coalesce(sum(abs(a.amount)) FILTER (d.record IN ({deviating})), 0),
                  coalesce(sum(abs(a.amount)), 0)
                FROM {in_report(amounts_of(each, measure)) if whole else amounts_of(each, measure)} a JOIN
                  (SELECT __source, __row, __split, {listing.RECORD} AS record FROM {_in_scope(tables, each)}) d
                ON d.__source = a.source AND d.__row = a.row AND d.__split = a.split GROUP BY a.unit"""
            )
            for unit, part, all_of_it in rows:
                before = sums.get(str(unit), (Decimal(0), Decimal(0)))
                sums[str(unit)] = before[0] + Decimal(part), before[1] + Decimal(all_of_it)
    return sums


def _edited(tables: Relations) -> int:
    """Records of ours that users have changed in the target."""
    return tables.count(f"(SELECT DISTINCT object, record FROM {listing.TABLE} WHERE rule = {literal(EDITED)})")


def _files(sources: Sequence[SourceFigure]) -> str:
    """The digest of all files that were read; empty where one of the sources has none."""
    digests = [f"{each.source} {each.path} {each.sha256}" for each in sources]
    return _digest("\n".join(sorted(digests))) if all(each.sha256 for each in sources) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
