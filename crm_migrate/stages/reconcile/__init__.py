"""Source as read, expected under the mapping, actual from the target: every record, value, link and total.

Counts come from the raw rows and from what the target gave back; what a stage claims is only ever one side of a
comparison.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from decimal import Decimal

from crm_migrate.crm.types import REFUSALS
from crm_migrate.mapping.plan import RECONSENT, ObjectPlan, Plan
from crm_migrate.quoting import literal, quoted
from crm_migrate.stages.reconcile import causes, listing
from crm_migrate.stages.reconcile.accounting import settle_dispositions, source_facts, source_figures
from crm_migrate.stages.reconcile.bridge_tables import add
from crm_migrate.stages.reconcile.bridges import money
from crm_migrate.stages.reconcile.consent import consent_cells
from crm_migrate.stages.reconcile.coverage import coverage
from crm_migrate.stages.reconcile.days import day_figures
from crm_migrate.stages.reconcile.deviating import Watching, night
from crm_migrate.stages.reconcile.equivalences import equivalences
from crm_migrate.stages.reconcile.examples import name_entities
from crm_migrate.stages.reconcile.exceptions import (
    left_out_exceptions,
    matching_exceptions,
    object_exceptions,
    quarantine_exceptions,
    reading_exceptions,
    unexpected_exceptions,
)
from crm_migrate.stages.reconcile.fields import compare_object, field_figures, sample_size, write_differences
from crm_migrate.stages.reconcile.files import file_figures
from crm_migrate.stages.reconcile.gates import Found, gates, stability
from crm_migrate.stages.reconcile.gone import gone_amounts, gone_records
from crm_migrate.stages.reconcile.keeping import note_kept
from crm_migrate.stages.reconcile.kpis import Measured, control_figure, figures_of, measure
from crm_migrate.stages.reconcile.left_open import left_open
from crm_migrate.stages.reconcile.likeness import group_figures, learned_figures
from crm_migrate.stages.reconcile.linking import compare_links
from crm_migrate.stages.reconcile.manifest import write_manifest_of_files
from crm_migrate.stages.reconcile.masked import mask_figures, with_masks
from crm_migrate.stages.reconcile.merges import merge_figures, merged_clusters
from crm_migrate.stages.reconcile.owners import owner_flow, total_flow
from crm_migrate.stages.reconcile.pack import not_in_figures, pack_figures
from crm_migrate.stages.reconcile.pack.asking import Asked, asked, with_pack
from crm_migrate.stages.reconcile.privacy import privacy
from crm_migrate.stages.reconcile.rates import load_rates
from crm_migrate.stages.reconcile.repaired import repair_figures
from crm_migrate.stages.reconcile.scores import rule_scores
from crm_migrate.stages.reconcile.sides import loaded_fields
from crm_migrate.stages.reconcile.stakes import concerned
from crm_migrate.stages.reconcile.target_sets import target_set
from crm_migrate.stages.reconcile.verdict import not_checked, sentence, verdict
from crm_migrate.stages.reconcile.visibility import visibility
from crm_migrate.stages.validate.reaching import CODES as REACHING
from crm_migrate.workspace.day_figures import DayFigure
from crm_migrate.workspace.exception_ids import identified
from crm_migrate.workspace.figures import (
    ConsentCell,
    ExceptionGroup,
    Figures,
    FileFigure,
    Gate,
    GroupFigure,
    Header,
    LearnedFigure,
    MergedCluster,
    MergeFigure,
    RuleScore,
    SourceFigure,
    signature_of,
)
from crm_migrate.workspace.layout import Run
from crm_migrate.workspace.mapping_figures import MappingChanges
from crm_migrate.workspace.night_figures import WatchFigure
from crm_migrate.workspace.nights import night_path, standing
from crm_migrate.workspace.rate_figures import LoadRate
from crm_migrate.workspace.relations import Relations, relations
from crm_migrate.workspace.repair_figures import RepairFigure
from crm_migrate.workspace.sealing import write_sealed
from crm_migrate.workspace.tables import ACTUAL, BREACHES, DISPOSITIONS, OTHERS, OUTCOMES, PAIRS

_ORDER = {"error": 0, "warning": 1, "note": 2}


class _Collected(Found):
    """What gates are about, and the figures that only reports show."""

    def __init__(self) -> None:
        super().__init__()
        self.exceptions: list[ExceptionGroup] = []
        self.merges: list[MergeFigure] = []
        self.clusters: list[MergedCluster] = []
        self.learned: list[LearnedFigure] = []
        self.groups: list[GroupFigure] = []
        self.scores: list[RuleScore] = []
        self.owners: list[tuple[str, str, int]] = []
        self.days: list[DayFigure] = []
        self.decisions: list[tuple[str, str, str, str, int]] = []
        self.files: tuple[FileFigure, ...] = ()
        self.repairs: tuple[RepairFigure, ...] = ()
        self.rates: tuple[LoadRate, ...] = ()


def reconcile(
    plan: Plan, run: Run, header: Header, target_identity: str, uploads: Collection[str] = (),
    watching: Watching | None = None, changes: MappingChanges | None = None,
) -> Figures:  # fmt: skip
    """Account for everything of a run; writes dispositions, differences and `reconcile/figures.json`. `uploads`: the
    objects whose bytes the target takes. With `watching` the figures have its nights, and what came of this one, where
    the run is a night, is left in `reconcile/night.json`. `changes`: of the mapping since it was last good."""
    collected = _Collected()
    collected.mapping = changes
    own, pack = plan, asked(plan)
    plan = with_pack(plan, pack)
    with relations(run, "reconcile", partial=True) as tables:
        listing.start(tables)
        collected.rates = tuple(load_rates(tables, plan, run))
        causes.define(tables)
        collected.sources = source_figures(tables, plan)
        collected.columns, collected.relations = coverage(tables, plan)
        collected.limit = max((source_facts(tables, s.name).get("limit") or 0 for s in plan.sources), default=0)
        collected.exceptions.extend(quarantine_exceptions(tables, plan))
        collected.exceptions.extend(reading_exceptions(tables, plan))
        for object_plan in plan.objects:  # what became of a row as one object counts for the others
            collected.accounting.extend(settle_dispositions(tables, plan, object_plan))
        for object_plan in plan.objects:  # links are told by the names of other objects' records
            name_entities(tables, object_plan.name)
        for object_plan in plan.objects:
            _reconcile_object(tables, plan, object_plan, collected)
        for object_plan in plan.objects:  # what one object refuses in the target the others hear
            collected.consent.extend(consent_cells(tables, plan, object_plan))
        _measure(tables, own, pack, plan, collected)
        collected.decisions = _decisions(tables, plan, collected.sources, collected.consent)
        collected.exceptions = list(identified(collected.exceptions))
        listing.name(tables, collected.exceptions)
        collected.exceptions = concerned(tables, plan, collected.exceptions)
        listing.publish(tables)
        collected.repairs = tuple(repair_figures(tables, plan))
        write_manifest_of_files(tables, plan, run)
        collected.files = tuple(file_figures(tables, plan, uploads))
        fingerprint = _fingerprint(tables, plan)
        judged = gates(own, collected)
        watch = _watch(tables, own, watching, judged, target_identity, collected) if watching is not None else None
    judged += (stability(own, watch),) if watch is not None else ()
    figures = _signed(_figures(own, header, target_identity, fingerprint, collected, judged, watch))
    write_sealed(run.table("reconcile") / "figures.json", figures.model_dump(mode="json"))
    return figures


def _reconcile_object(tables: Relations, plan: Plan, object_plan: ObjectPlan, collected: _Collected) -> None:
    """All figures of one object, in the order in which they need each other; every row has its disposition."""
    name = object_plan.name
    names = quoted(f"names/{name}")
    comparison = compare_object(tables, plan, object_plan)
    note_kept(tables, object_plan, loaded_fields(object_plan))
    fields, sourced = field_figures(tables, object_plan, comparison, names)
    links, sourced_links = compare_links(tables, plan, object_plan, names)
    differing = [sourced, *([sourced_links] if sourced_links else [])]
    write_differences(tables, name, differing)
    masked = tuple(mask_figures(tables, plan, object_plan))
    collected.fields.extend(with_masks(fields, masked))
    collected.masked.extend(masked)
    collected.links.extend(links)
    if not tables.finished(ACTUAL, name):
        collected.uncompared.append(f"{name} (not read back)")
    elif sample_size(plan, name) is not None:
        collected.uncompared.append(f"{name} (sampled)")
    collected.target_sets.append(target_set(tables, name))
    _count_money(tables, plan, object_plan, collected)
    still_open = tuple(left_open(tables, plan, object_plan))
    collected.left_open += sum(count for *_, count, _ in still_open)
    collected.exceptions.extend(left_out_exceptions(name, still_open))
    collected.owners.extend(owner_flow(tables, object_plan))
    collected.days.extend(day_figures(tables, object_plan, comparison))
    collected.visibility.extend(visibility(tables, plan, object_plan))
    collected.merges.extend(merge_figures(tables, name))
    collected.clusters.extend(merged_clusters(tables, object_plan))
    collected.learned.extend(learned_figures(tables, name))
    collected.groups.extend(group_figures(tables, name))
    collected.scores.extend(rule_scores(tables, object_plan))
    collected.exceptions.extend(object_exceptions(tables, object_plan, differing))
    collected.exceptions.extend(matching_exceptions(tables, name))
    collected.exceptions.extend(unexpected_exceptions(tables, plan, object_plan, collected.target_sets[-1]))
    _count_doubt(tables, name, collected)


def _count_money(tables: Relations, plan: Plan, object_plan: ObjectPlan, collected: _Collected) -> None:
    """The bridges of an object, and what of its money does not arrive or is not exported any more."""
    found = money(tables, plan, object_plan)
    collected.bridges.extend(found.bridges)
    collected.report_bridges.extend(found.converted)
    add(collected.left_out, found.left_out)
    add(collected.left_converted, found.left_converted)
    collected.exceptions.extend(left_out_exceptions(object_plan.name, found.told))
    collected.gone[object_plan.name] = gone_records(tables, object_plan.name)
    for unit, (gone, whole) in gone_amounts(tables, object_plan).items():
        before = collected.gone_amounts.get(unit, (Decimal(0), Decimal(0)))
        collected.gone_amounts[unit] = before[0] + gone, before[1] + whole


def _count_doubt(tables: Relations, name: str, collected: _Collected) -> None:
    """Entities in doubt, rules that do not hold in the target, and loaded entities that no single row stands for."""
    outcomes = tables.scan(OUTCOMES, name)
    breaches = tables.scan(BREACHES, name)
    dispositions = tables.scan(DISPOSITIONS, name)
    collected.in_doubt += tables.one(f"SELECT count(DISTINCT __entity) FROM {outcomes} WHERE outcome = 'in_doubt'")[0]
    reaching = f"code IN ({', '.join(map(literal, REACHING))})"
    counts = f"count(*) FILTER (NOT {reaching}), count(*) FILTER ({reaching})"
    broken, reached = tables.one(f"""SELECT {counts} FROM {breaches} WHERE "when" = 'after'""")
    collected.breaches += broken
    collected.reached += reached
    collected.entities_without_row += tables.one(
        f"""SELECT count(*) FROM {quoted(f"arrived/{name}")} e LEFT JOIN (
          SELECT __entity, count(*) AS n FROM {dispositions}
          WHERE state IN ('created', 'updated', 'unchanged', 'failed') GROUP BY __entity) d
        USING (__entity) WHERE coalesce(n, 0) < 1"""
    )[0]


def _measure(tables: Relations, plan: Plan, pack: list[Asked], whole: Plan, collected: _Collected) -> None:
    """Key figures and the controls that speak of them (by `of`, else by name), and the pack of them."""
    measured = {kpi.name: measure(tables, whole, kpi) for kpi in whole.reconcile.kpis}
    collected.pack.extend(pack_figures(tables, plan, pack, measured))
    unread = list(not_in_figures(pack, measured))
    measured = {kpi.name: measured[kpi.name] for kpi in plan.reconcile.kpis}
    collected.kpis.extend(figures_of(plan, measured))
    unread = [*((name, found.odd, found.unrated) for name, found in measured.items()), *unread]
    collected.odd = {name: odd for name, odd, _ in unread if odd}
    collected.unrated = {name: unrated for name, _, unrated in unread if unrated}
    for control in plan.reconcile.controls:
        found: Measured | None = measured.get(control.of) or measured.get(control.name)
        collected.controls.append(control_figure(plan, control, found))


def _decisions(
    tables: Relations, plan: Plan, sources: Sequence[SourceFigure], consent: Sequence[ConsentCell]
) -> list[tuple[str, str, str, str, int]]:
    """Every decision of the plan with the rows and pairs that it settled."""
    covered = {id: _granted_again(tables, plan, id, consent) for id in plan.decisions}
    for source in plan.sources:
        if source.stays_behind in covered:
            covered[source.stays_behind] += sum(each.records for each in sources if each.source == source.name)
    for object_plan in plan.objects:
        rows = tables.scan(DISPOSITIONS, object_plan.name)
        pairs = tables.scan(PAIRS, object_plan.name)
        for decision, count in tables.rows(
            f"""SELECT decision, count(*) FROM (
              SELECT rule AS decision FROM {rows} UNION ALL SELECT decision FROM {pairs})
            WHERE decision <> '' GROUP BY decision"""
        ):
            if decision in covered:
                covered[decision] += int(count)
    return [(name, *plan.decision_words.get(name, ("", "", "")), covered[name]) for name in sorted(covered)]


def _granted_again(tables: Relations, plan: Plan, decision: str, consent: Sequence[ConsentCell]) -> int:
    """How many rows a decision about consents that are given again speaks of: those of its key, or the records of its
    object that are granted although something was refused, with good reason; 0 for any other decision."""
    about = decision.removeprefix(RECONSENT)
    if about == decision:
        return 0
    if ":" not in about:
        moved = (c for c in consent if c.object == about and c.before in REFUSALS and c.after not in REFUSALS)
        return sum(cell.count - cell.without_evidence for cell in moved)
    return sum(
        tables.count(f"{tables.scan(DISPOSITIONS, each.name)} WHERE __source || ':' || __key = {literal(about)}")
        for each in plan.objects
    )


def _watch(
    tables: Relations, plan: Plan, watching: Watching, judged: Sequence[Gate], target: str, collected: _Collected
) -> WatchFigure:
    """The nights as they stand with this run, and what came of it where it is one."""
    tonight = None
    if watching.does:
        tonight = night(
            tables, plan, watching, collected.exceptions, judged, collected.fields, collected.links, collected.sources,
            target,
        )  # fmt: skip
        write_sealed(night_path(tables.run), tonight.model_dump(mode="json"))
    return standing(watching.known, watching.day, watching.plan.nights, watching.plan.under, tonight)


def _signed(figures: Figures) -> Figures:
    """The figures with what a signature under them is bound to."""
    header = figures.header.model_copy(update={"signature": signature_of(figures)})
    return figures.model_copy(update={"header": header})


def _fingerprint(tables: Relations, plan: Plan) -> str:
    """The digest of all records as they were read back, whatever their order: the sum of the digests of each."""
    digest = hashlib.sha256()
    for each in plan.objects:
        actual = tables.whole(ACTUAL, each.name)
        columns = sorted(tables.kinds(actual).keys() - {OTHERS})
        text = f"to_json([{', '.join(f'{quoted(name)}::VARCHAR' for name in columns)}])::VARCHAR"
        sums = tables.one(
            f"SELECT count(*), sum(md5_number_lower({text})), sum(md5_number_upper({text})) FROM {actual}"
        )
        digest.update(json.dumps([each.name, columns, *map(str, sums)]).encode())
    return digest.hexdigest()


def _figures(
    plan: Plan, header: Header, target_identity: str, fingerprint: str, collected: _Collected,
    judged: tuple[Gate, ...], watch: WatchFigure | None,
) -> Figures:  # fmt: skip
    return Figures(
        header=header,
        project=plan.project,
        title=plan.title,
        environment=plan.environment.name,
        target=target_identity,
        locale=plan.locale,
        plan_hash=plan.hash,
        mapping_hash=_digest(plan.files),
        decisions_hash=_digest(plan.decisions),
        target_fingerprint=fingerprint,
        verdict=verdict(judged),
        sentence=sentence(collected),
        privacy=privacy(plan),
        sources=collected.sources,
        columns=collected.columns,
        relations=collected.relations,
        mapping_changes=collected.mapping,
        accounting=tuple(collected.accounting),
        target_sets=tuple(collected.target_sets),
        bridges=tuple(collected.bridges),
        report_bridges=tuple(collected.report_bridges),
        load_rates=collected.rates,
        fields=tuple(collected.fields),
        equivalences=tuple(equivalences(collected.fields)),
        masked=tuple(collected.masked),
        modes={o.name: o.mode for o in plan.objects if o.mode != "upsert"},
        links=tuple(collected.links),
        files=collected.files,
        repairs=collected.repairs,
        kpis=tuple(collected.kpis),
        pack=tuple(collected.pack),
        controls=tuple(collected.controls),
        exceptions=tuple(sorted(collected.exceptions, key=lambda g: (_ORDER[g.severity], -g.count, g.code))),
        merges=tuple(collected.merges),
        clusters=tuple(collected.clusters),
        learned=tuple(collected.learned),
        groups=tuple(collected.groups),
        consent=tuple(collected.consent),
        owners=total_flow(collected.owners),
        days=tuple(collected.days),
        visibility=tuple(collected.visibility),
        watch=watch,
        gates=judged,
        scores=tuple(collected.scores),
        decisions=tuple(collected.decisions),
        sign_off=plan.reconcile.sign_off,
        not_checked=tuple(not_checked(plan, collected)),
    )


def _digest(content: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
