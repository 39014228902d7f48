"""The one model of figures: what `reconcile` computed, and what every report renders without computing again.

Amounts are plain decimal text. Personal values appear only inside `Example`s, which reports mask unless told otherwise.
Everything but `header` is a function of sources, plan, decisions and target, and byte-identical for the same ones.
"""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field
from pydantic_core import to_json

from crm_migrate.workspace.cause_figures import Confidence, Equivalence, Maker, Place
from crm_migrate.workspace.coverage_figures import ColumnFigure, RelationFigure
from crm_migrate.workspace.day_figures import DayFigure
from crm_migrate.workspace.figure import Figure
from crm_migrate.workspace.follow_up import FollowUp
from crm_migrate.workspace.mapping_figures import MappingChanges
from crm_migrate.workspace.night_figures import WatchFigure
from crm_migrate.workspace.pack_figures import PackFigure
from crm_migrate.workspace.rate_figures import LoadRate
from crm_migrate.workspace.repair_figures import RepairFigure
from crm_migrate.workspace.stake_figures import Amount, OwnerStake
from crm_migrate.workspace.visibility_figures import VisibilityFigure

Mode = Literal["insert_only", "update_only"]
Verdict = Literal["GO", "GO WITH ACCEPTED EXCEPTIONS", "NO-GO"]


class Duration(Figure):
    """Wall seconds of one stage."""

    stage: str
    seconds: float


class Header(Figure):
    """What differs from run to run and nothing else does.

    `signature` is the sha256 of all other figures and the run's id (`signature_of`): what a person signs. It is taken
    before anything is masked.
    """

    run: str
    started: str
    finished: str
    tool_version: str
    durations: tuple[Duration, ...] = ()
    signature: str = ""


class Privacy(Figure):
    """What may name a person: reports mask by these and never by how a text looks.

    `fields` maps `object.field` to the semantic type of its values; a field that the mapping itself calls personal has
    a type that is masked. `keys` maps a source to the types of the parts of its keys, one tuple per kind of key that
    it has (its own, and `one_per:` of an object); a part that is mapped to nothing has the type "". `raw` has a type
    for the source cells of a field where the same columns fill another field that is personal.
    """

    fields: dict[str, str] = Field(default_factory=dict)
    raw: dict[str, str] = Field(default_factory=dict)
    keys: dict[str, tuple[tuple[str, ...], ...]] = Field(default_factory=dict)


class Example(Figure):
    """One record or cell behind a figure.

    `personal` decides only where no field, and so no type, is known: then the values are masked unless it is false.
    Examples of exceptions have the owner of their record and the amounts that it concerns, by currency.
    """

    record: str
    field: str = ""
    source: str | None = None
    expected: str | None = None
    actual: str | None = None
    message: str = ""
    personal: bool = True
    owner: str = ""
    amounts: tuple[Amount, ...] = ()


class SourceFigure(Figure):
    """One file or table of a source: what the parser read, what it set aside, what an independent count found."""

    source: str
    path: str
    sha256: str
    bytes: int
    records: int
    quarantined: int
    counted: int | None
    count_method: str
    encoding: str = ""
    delimiter: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Read and set aside is all there is (True where the format has no independent count)."""
        return self.counted is None or self.records + self.quarantined == self.counted


class AccountingLine(Figure):
    """One source and one object: `read + extra` rows, each in exactly one state.

    `states` has every state of the ledger (created, updated, unchanged, folded, merged, enrichment, absent, excluded,
    rejected, held, failed); `unexplained` is what has none or two.
    """

    source: str
    object: str
    read: int
    extra: int
    states: dict[str, int]
    unexplained: int

    @property
    def adds_up(self) -> bool:
        """The identity of rows holds."""
        return self.unexplained == 0 and self.read + self.extra == sum(self.states.values())


class TargetSet(Figure):
    """The sets of target ids of one object: after = before + created + unexpected - removed - vanished, in ids.

    `before` is what the target held when this run began together with what we had ever loaded that it must still hold;
    `removed` went by this load, merged into others; `vanished` is what else of that is not there now, `gone_before` the
    part of it that was missing when this run began.
    """

    object: str
    before: int
    after: int
    created: int
    updated: int
    unchanged: int
    unexpected: int
    vanished: int
    gone_before: int = 0
    removed: int = 0
    unexpected_ids: tuple[str, ...] = ()
    vanished_ids: tuple[str, ...] = ()
    removed_ids: tuple[str, ...] = ()

    @property
    def adds_up(self) -> bool:
        """The identity of target sets holds."""
        return self.after == self.before + self.created + self.unexpected - self.removed - self.vanished


class Term(Figure):
    """One bar of a bridge: a signed sum of `lines` ledger lines. `reasons` (code, lines, amount) add up to it.

    `change` is what the number of lines changes by: source lines + all changes - unreadable - unrated ones = target
    lines.
    """

    name: str
    amount: str
    lines: int
    change: int = 0
    reasons: tuple[tuple[str, int, str], ...] = ()
    examples: tuple[Example, ...] = ()


class Bridge(Figure):
    """Source total + the signed terms + unexplained = target total; the unexplained part must be 0.

    `unreadable` counts amounts that could not be read, on both sides those of one record once; they block.
    `unrated` counts amounts that have no exchange rate on their day, in the report's currency only; those of them whose
    record is in the target (`unrated_arrived`) block.
    """

    object: str
    measure: str
    currency: str
    source_total: str
    source_lines: int
    terms: tuple[Term, ...]
    target_total: str
    target_lines: int
    unexplained: str
    unreadable: int = 0
    unrated: int = 0
    unrated_arrived: int = 0
    group: str = ""

    @property
    def adds_up(self) -> bool:
        """The identity of amounts holds; whether all of it is explained is another question."""
        terms = sum((Decimal(term.amount) for term in self.terms), Decimal(0))
        return Decimal(self.source_total) + terms + Decimal(self.unexplained) == Decimal(self.target_total)


class Cause(Figure):
    """One cause of differences of one field, with its count, at most 50 examples and the fix to try.

    `of` are the compared cells of the field that it could have hit (the values longer than where it cuts; 0: not
    counted), `confidence` how sure it is, `places` where it is concentrated, `makers` who made it.
    """

    cause: str
    cls: str
    count: int
    of: int = 0
    confidence: Confidence = ""
    places: tuple[Place, ...] = ()
    makers: tuple[Maker, ...] = ()
    fix: str = ""
    examples: tuple[Example, ...] = ()


class FieldFigure(Figure):
    """One field of one object, expected against actual. `classes` sums up to `records`.

    `compared` leaves out what is empty on both sides, what the target had before us where we send nothing, what cannot
    be compared and what was not sampled; `matched` is match + match after target normalisation.
    """

    object: str
    field: str
    type: str
    records: int
    compared: int
    matched: int
    classes: dict[str, int]
    causes: tuple[Cause, ...] = ()
    changed_from_source: int = 0
    changed_by_rule: dict[str, int] = Field(default_factory=dict)
    flags: dict[str, int] = Field(default_factory=dict)


class MaskFigure(Figure):
    """One masked field: cells of records that arrived and hold a pseudonym, for how many values there are how many."""

    object: str
    field: str
    cells: int
    values: int
    masks: int


class LinkFigure(Figure):
    """One reference: expected = present + missing + wrong; actual = present + wrong + extra.

    The examples of its causes are those of the reference.
    """

    object: str
    field: str
    parent: str
    expected: int
    present: int
    missing: int
    wrong: int
    extra: int
    orphans: int
    causes: tuple[Cause, ...] = ()
    examples: tuple[Example, ...] = ()


class FileFigure(Figure):
    """Files that rows of a source name and that had one `outcome`, with their bytes on the disk; a row counts once.

    Of those that the target has by us: `by_digest` of them it says digest and size as planned, `by_size` the size only,
    `differ` another one, `untold` neither.
    """

    object: str
    source: str
    outcome: str
    files: int
    bytes: int
    by_digest: int = 0
    by_size: int = 0
    differ: int = 0
    untold: int = 0


class KpiFigure(Figure):
    """One figure in one group: in the sources as exported, expected under the mapping, and found in the target.

    `source` counts every row of the export, also those that the mapping leaves out: `source` + `terms` = `expected`.
    `explained` is the part of `actual` that stems from records which the target held before this run and which this
    run did not write: gone from the export and kept, or waiting; and what users' edits change in the others, where this
    run left them alone and they stand as the plan read them. It agrees when actual - explained = expected.
    """

    name: str
    object: str = ""
    group: str
    unit: str
    source: str | None
    expected: str
    actual: str
    agrees: bool
    explained: str = ""
    terms: tuple[Term, ...] = ()


class ControlFigure(Figure):
    """A control total from outside against the one of the sources as exported, the expected and the actual one.

    `explained` as in `KpiFigure`; `why` says in words why it does not agree (other or mixed currencies). With a unit,
    all four sums are of that currency.
    """

    name: str
    said: str
    unit: str
    said_by: str
    of: str
    expected: str
    actual: str
    agrees: bool
    source: str | None = None
    explained: str = ""
    why: str = ""


# States of an exception about a record that we had loaded: it is there, somebody has deleted it there, or we have
# removed it because another one has taken it in.
IN_TARGET, DELETED, REMOVED = "in the target", "deleted in the target", "removed by us"


class ExceptionGroup(Figure):
    """Exceptions of one cause: what a person works through. At most 50 examples; `count` is all of them.

    `id` is the same in every run (`exception_ids.py`). `amounts` are sums by currency, `owners` the same by the owner
    that the field `owner_field` names, the most frequent first; `others` those of all owners beyond 200. All
    are empty where the mapping has no such field, or the exceptions are of no record of ours. Sums are of the lines
    in `reconcile/exceptions`, which have the amount of a record once.
    """

    id: str = ""
    code: str
    severity: Literal["error", "warning", "note"]
    object: str
    source: str
    field: str
    rule: str
    state: str
    count: int
    title: str
    fix: str
    owner_field: str = ""
    owners: tuple[OwnerStake, ...] = ()
    others: OwnerStake | None = None
    amounts: tuple[Amount, ...] = ()
    examples: tuple[Example, ...] = ()


class MergeFigure(Figure):
    """What one rule or decision did: clusters and records by outcome, with examples."""

    object: str
    rule: str
    outcome: Literal["merge", "review", "apart", "vetoed", "held"]
    pairs: int
    records: int
    examples: tuple[Example, ...] = ()


class MergedCluster(Figure):
    """One merged cluster, named after its survivor: members with it first, and who won which cell by which rule."""

    object: str
    cluster: str
    members: tuple[str, ...]
    why: tuple[str, ...]
    cells: tuple[tuple[str, str, str, str], ...]  # field, value, winner, rule


class LearnedFigure(Figure):
    """What the learned model of one object may do and did. Shares and probabilities are plain decimal text.

    `limit` is the expected share of wrong merges that is allowed, `expected_wrong` the number that is expected among
    `merged_records`, the records that it (and the rules) put in clusters of more than one; with mode `propose` nothing
    of that is done, and the same figures say what `merge` would do. `cut` is the probability from which pairs are
    merged, empty where none are. `asked` and `vetoed` count pairs.
    """

    object: str
    mode: Literal["propose", "merge"]
    limit: str
    expected_wrong: str
    merged_records: int
    cut: str
    asked: int
    vetoed: int


class GroupFigure(Figure):
    """Records that share a home, a mailbox or a parent without being one, by kind: groups and the records in them."""

    object: str
    kind: str
    groups: int
    records: int
    examples: tuple[Example, ...] = ()


class ConsentCell(Figure):
    """How many records of an object went from one consent state to another; `without_evidence`: unfounded ones.

    `examples` are those who moved toward a weaker state without evidence.
    """

    object: str
    before: str
    after: str
    count: int
    without_evidence: int = 0
    field: str = ""  # which consent: an object may have one for each channel
    examples: tuple[Example, ...] = ()


class Gate(Figure):
    """One limit and what was found. `accepted` names the decision that accepts a failed gate."""

    name: str
    scope: str
    limit: str
    actual: str
    passed: bool
    accepted: str = ""


class RuleScore(Figure):
    """One quality rule on raw and on clean data: `passed` of `of` cells."""

    object: str
    field: str
    rule: str
    of: int
    passed_before: int
    passed_after: int


class Figures(Figure):
    """Everything that a report says.

    `modes` names the objects of which not all records are written, and which are. `target_fingerprint` is the sha256 of
    what was read back from the target. `report_bridges` are the bridges of each
    amount with all currencies turned into the report's, each line at the rate of its day.
    """

    schema_version: int = 1
    header: Header
    project: str
    title: str
    environment: str
    target: str
    locale: str
    plan_hash: str
    mapping_hash: str
    decisions_hash: str
    target_fingerprint: str = ""
    verdict: Verdict
    sentence: str
    privacy: Privacy = Privacy()
    sources: tuple[SourceFigure, ...] = ()
    columns: tuple[ColumnFigure, ...] = ()
    relations: tuple[RelationFigure, ...] = ()
    mapping_changes: MappingChanges | None = None
    accounting: tuple[AccountingLine, ...] = ()
    target_sets: tuple[TargetSet, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    report_bridges: tuple[Bridge, ...] = ()
    load_rates: tuple[LoadRate, ...] = ()
    fields: tuple[FieldFigure, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    masked: tuple[MaskFigure, ...] = ()
    modes: dict[str, Mode] = Field(default_factory=dict)
    links: tuple[LinkFigure, ...] = ()
    files: tuple[FileFigure, ...] = ()
    repairs: tuple[RepairFigure, ...] = ()
    kpis: tuple[KpiFigure, ...] = ()
    pack: tuple[PackFigure, ...] = ()
    controls: tuple[ControlFigure, ...] = ()
    exceptions: tuple[ExceptionGroup, ...] = ()
    merges: tuple[MergeFigure, ...] = ()
    clusters: tuple[MergedCluster, ...] = ()
    learned: tuple[LearnedFigure, ...] = ()
    groups: tuple[GroupFigure, ...] = ()
    consent: tuple[ConsentCell, ...] = ()
    days: tuple[DayFigure, ...] = ()
    visibility: tuple[VisibilityFigure, ...] = ()
    watch: WatchFigure | None = None
    owners: tuple[tuple[str, str, int], ...] = ()  # legacy owner, owner in the target, records
    gates: tuple[Gate, ...] = ()
    scores: tuple[RuleScore, ...] = ()
    decisions: tuple[tuple[str, str, str, str, int], ...] = ()  # id, who, when, text, records
    sign_off: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    follow_up: FollowUp = FollowUp()

    def links_off(self) -> int:
        """Links that are not as expected. An orphan is one of them, but for one of a record that was not compared."""
        return max(sum(k.missing + k.wrong + k.extra for k in self.links), sum(k.orphans for k in self.links))

    def business(self) -> list[bool]:
        """Of each business figure, whole and by group, whether it agrees and keeps its bound: key figures, those of the
        pack that could be computed, control totals."""
        pack = (each.agrees and each.within for each in self.pack if not each.why)
        return [*(each.agrees for each in self.kpis), *pack, *(each.agrees for each in self.controls)]

    def causes(self) -> Iterator[tuple[str, str, Cause]]:
        """Every cause of differences with its object and its field or reference, in the order of the report."""
        for field in self.fields:
            yield from ((field.object, field.field, cause) for cause in field.causes)
        for link in self.links:
            yield from ((link.object, link.field, cause) for cause in link.causes)


_UNSIGNED = frozenset({"header", "follow_up"})


def signature_of(figures: Figures) -> str:
    """What a signature is bound to: the run, and every figure, verdict, gate, digest and name that the report shows."""
    return _signature(figures.header.run, figures.model_dump_json(exclude=set(_UNSIGNED)).encode())


def signature_as_written(figures: Mapping[str, Any]) -> str:
    """The same of the figures in a `report.json`, also where a version wrote it that knew of other figures."""
    signed = {name: value for name, value in figures.items() if name not in _UNSIGNED}
    return _signature(str(figures["header"]["run"]), to_json(signed))


def _signature(run: str, signed: bytes) -> str:
    return hashlib.sha256(run.encode() + b"\n" + signed).hexdigest()
