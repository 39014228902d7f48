"""The frozen plan: what the engine runs.

Mapping + library + target schema + column evidence + decisions resolve into this one value. It is canonical JSON with
a hash; every stage, cache key, sign-off and determinism test reads it, and nothing else of the mapping.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal

from crm_migrate.crm.types import Key, Role, SemanticType, type_of
from crm_migrate.disk.canonical import canonical, content_hash
from crm_migrate.mapping.plan_environment import EnvironmentPlan, Frozen

State = Literal["absent", "excluded", "rejected", "held"]


OWN_CODE = "python"  # the step that calls a function of the project
TARGET_WORDS = "target_words"  # a step that puts words of the mapping into those of the target
BY = "by"  # the option of a step that reads by the rules of a country: the column that says which, row by row


class StepPlan(Frozen):
    """One cleaning step: `phone(TR)` is name `phone`, args `("TR",)`.

    A value map on several columns has the columns beside the cell as further args, in the order of its `by`. A function
    of the project has as args what is called and the semantic type of what comes out, and as options the columns of its
    further parameters. `target_words`, which no mapping writes, has the name of the value map that the profile makes.
    """

    name: str
    args: tuple[str, ...] = ()
    options: dict[str, str] = {}

    @property
    def beside(self) -> tuple[str, ...]:
        """The columns of the row that it reads besides the cell."""
        if self.is_own_code:
            return tuple(self.options.values())
        if self.name == "map":
            return self.args[1:]
        return (self.options[BY],) if BY in self.options else ()

    @property
    def is_own_code(self) -> bool:
        """Whether it calls a function of the project."""
        return self.name == OWN_CODE


class CellPlan(Frozen):
    """What one source says about one field: a column or an expression over the source's columns, then steps.

    `steps` already contains the field's `then:` steps and the default step of the semantic type, in order.
    """

    column: str | None = None
    expression: str | None = None
    steps: tuple[StepPlan, ...] = ()

    @property
    def beside(self) -> tuple[str, ...]:
        """The columns that its steps read besides the one that it is."""
        return tuple(dict.fromkeys(column for step in self.steps for column in step.beside))


class RefPlan(Frozen):
    """A reference to another object.

    `spaces` maps a feed's source to the key space that its cell speaks (`firma` in `accounts.firma`); a source in
    `same_row` points to what the same source row became in `object`. `by` names another field than the key.
    """

    object: str
    spaces: dict[str, str] = {}
    same_row: tuple[str, ...] = ()
    by: str | None = None
    missing: Literal["hold", "reject", "clear", "warn_and_clear"] = "hold"
    ambiguous: Literal["hold", "reject", "clear"] = "hold"
    parent_excluded: Literal["exclude", "hold", "clear"] = "hold"
    parent_erased: Literal["exclude", "hold", "clear"] = "clear"
    together: Literal["all", "keep_good"] = "keep_good"  # `all`: parent and children are loaded as a whole, or wait


class CasePlan(Frozen):
    """One branch of `case:`; the last may have `when` None (else). `then` None writes nothing."""

    when: str | None
    then: str | None


class FieldPlan(Frozen):
    """One target field, all sources beside each other.

    `target` is the field's name in the target; None for a helper (`let`) and for `archive`d or dropped fields.
    `value_map` is the map that the last step translated with, if any. `per` names the field whose value scopes the
    survivor (consent per e-mail). `default_from` is `reference_field.field`. `evidence` are `source.column` texts.
    `follows` names the field whose winner says this one, too; `allow_reconsent` the decision by which a younger, proven
    grant ends refusals.
    """

    name: str
    type: str
    target: str | None = None
    cells: dict[str, CellPlan] = {}
    ref: RefPlan | None = None
    survive: str = "trust"
    block: str | None = None
    required: bool = False
    constant: str | None = None
    default: str | None = None
    default_from: str | None = None
    case: tuple[CasePlan, ...] = ()
    per: str | None = None
    keep_others: str | None = None
    evidence: tuple[str, ...] = ()
    follows: str | None = None
    allow_reconsent: str | None = None
    clear: bool = False
    let: bool = False
    on_invalid: Literal["keep", "clear", "hold", "reject"] = "keep"
    on_clock_change: Literal["keep", "clear", "hold", "reject"] = "keep"
    personal: bool = False
    sensitive: str | None = None
    action: Literal["migrate", "archive", "drop"] = "migrate"
    because: str | None = None
    length: int | None = None  # the target profile's limits, for checking before the load and for creating tables
    unique: bool = False
    choices: tuple[str, ...] = ()

    @property
    def kind(self) -> SemanticType:
        """What its semantic type declares."""
        return type_of(self.type)


class SplitPlan(Frozen):
    """`split_rows: "[Kişi] by ';' with [E-posta], [Tel]"`."""

    column: str
    by: str
    companions: tuple[str, ...] = ()


class FeedPlan(Frozen):
    """One source that feeds one object. `trust` 1 is trusted most; `absent` makes a false `where` no exclusion."""

    source: str
    trust: int = 1
    where: str | None = None
    because: str | None = None
    absent: bool = False
    one_per: tuple[str, ...] = ()
    split: SplitPlan | None = None


class EnrichPlan(Frozen):
    """A source that only adds: matched to records by a field; what reaches nobody goes to `unmatched`."""

    source: str
    by: str
    unmatched: Literal["suppression_list", "report"] = "report"


class SamePlan(Frozen):
    """One comparison of a rule: equal (`similarity` None) or at least that similar (0 to 1)."""

    field: str
    similarity: float | None = None


# What forbids a rule: each kind as it is written behind a field, and as reports say it.
VETOES = {"differs": "differs", "shared": "is shared"}


class VetoPlan(Frozen):
    """What forbids a rule: `tax_id differs`, `email is shared`."""

    field: str
    kind: Literal["differs", "shared"]


class MatchRulePlan(Frozen):
    """A match rule: all of `same`, none of `unless`."""

    name: str
    same: tuple[SamePlan, ...]
    unless: tuple[VetoPlan, ...] = ()
    do: Literal["merge", "review", "apart"] = "review"


class LearnedPlan(Frozen):
    """The model that is learned from the records speaks too: it proposes pairs, or merges.

    `limit` is the expected share of wrong merges among merged records above which the model merges nothing. `sites`:
    whether a company at several addresses is one.
    """

    do: Literal["propose", "merge"] = "propose"
    limit: float = 0.001
    sites: Literal["one", "apart"] = "one"


class EqualPlan(Frozen):
    """A rule by which records of an object are one of `object` already: all of `same`, and none of `unless` differs."""

    name: str
    object: str
    same: tuple[SamePlan, ...]
    unless: tuple[str, ...] = ()
    do: Literal["hold", "skip", "keep"] = "hold"
    because: str | None = None


class ExistingPlan(Frozen):
    """Records that are in the target already: how they are found (equal fields, or by the model) and who wins.

    `only`: they are looked up by `match` and never written; `missing` and `ambiguous` say what becomes of ours that
    find none, or several.
    """

    match: tuple[str, ...] = ()
    learned: LearnedPlan | None = None
    then: Literal["fill_blanks", "source_wins", "target_wins", "review"] = "review"
    only: bool = False
    missing: Literal["hold", "exclude"] = "hold"
    ambiguous: Literal["hold", "exclude"] = "hold"


# Which records of an object are written: all, only those that the target does not have, only those that it has.
Mode = Literal["upsert", "insert_only", "update_only"]


class RerunPlan(Frozen):
    """What a second run does with a row that changed its fate since the load."""

    gone: Literal["flag", "review", "ignore"] = "flag"
    now_excluded: Literal["flag", "review"] = "review"
    now_merged: Literal["review", "merge"] = "review"
    now_split: Literal["review", "split"] = "review"
    edited: Literal["review", "source_wins", "target_wins"] = "review"
    rekeyed: Literal["review", "same", "new"] = "review"


class LinkPlan(Frozen):
    """What makes a link table of an object: two references are its `ends`, and links of equal ends are one link.

    `distinct` fields are part of what a link is; where it is `symmetric`, A-B and B-A are one. `to_itself` says what
    becomes of a link whose ends are one record.
    """

    ends: tuple[str, str]
    distinct: tuple[str, ...] = ()
    symmetric: bool = False
    to_itself: Literal["exclude", "hold", "keep"] = "exclude"


class VariantPlan(Frozen):
    """A part of an object that goes to one of several objects of the target, row by row.

    `of` is the object as the mapping has it, and `parts` are the names of all its parts: they share our keys, so that
    a record which belongs elsewhere now is known. `branches` are (condition over the fields of a row, object of the
    target); the first that holds counts, and the last has no condition. This part takes the rows that go to `target`.
    """

    of: str
    branches: tuple[tuple[str | None, str | None], ...]
    target: str
    parts: tuple[str, ...]


class ViewPlan(Frozen):
    """The view of an object in the target that users find when they open it, and why it hides records."""

    name: str
    hides: tuple[str, ...]


class ObjectPlan(Frozen):
    """One object, in load order of the plan: who feeds it, its fields, how its records match and merge."""

    name: str
    entity: Literal["organisation", "person", "thing"]
    target: str
    mergeable: bool = False
    link: LinkPlan | None = None
    feeds: tuple[FeedPlan, ...]
    enrich: tuple[EnrichPlan, ...] = ()
    fields: tuple[FieldPlan, ...]
    match: tuple[MatchRulePlan, ...] = ()
    learned: LearnedPlan | None = None
    existing: ExistingPlan = ExistingPlan()
    equal: tuple[EqualPlan, ...] = ()
    target_unique: dict[str, Literal["keep_best", "hold"]] = {}
    on_rerun: RerunPlan = RerunPlan()
    mode: Mode = "upsert"
    second_pass: tuple[str, ...] = ()  # fields that are written after all records exist (cycles, self, what closes)
    key_field: str = "crm_migrate_id"  # where our entity id lives in the target, by the target's profile
    variant: VariantPlan | None = None
    view: ViewPlan | None = None

    @property
    def identity(self) -> str:
        """The object as our keys know it: parts of one object share them."""
        return self.variant.of if self.variant else self.name

    @property
    def sources(self) -> list[str]:
        """Every source that feeds or enriches it, in a fixed order."""
        return sorted({*(each.source for each in self.feeds), *(each.source for each in self.enrich)})

    def field(self, name: str) -> FieldPlan:
        """The field of that name; KeyError where there is none."""
        return next(f for f in self.fields if f.name == name)

    def of_role(self, role: Role) -> tuple[FieldPlan, ...]:
        """The fields whose semantic type has that role, in the order of the mapping."""
        return tuple(f for f in self.fields if f.kind.role == role)

    @property
    def mailbox_consents(self) -> tuple[FieldPlan, ...]:
        """The consents that are about mailboxes, those that say so (`per:`) first; none that is about numbers."""
        wanted = (f for f in self.of_role("consent") if self.point_of(f) == "mailbox")
        return tuple(sorted(wanted, key=lambda f: not f.per))

    def point_of(self, consent: FieldPlan) -> Key:
        """What a consent is about: numbers where it is given `per:` one, else mailboxes."""
        return self.field(consent.per).kind.key if consent.per else "mailbox"

    def consent_like(self, said: FieldPlan, speaker: "ObjectPlan") -> FieldPlan | None:
        """The consent that hears what another object's says: about the same, of the same name where there is one."""
        alike = [f for f in self.of_role("consent") if self.point_of(f) == speaker.point_of(said)]
        return next((f for f in alike if f.name == said.name), alike[0] if alike else None)

    def feed(self, source: str) -> FeedPlan:
        """The feed of that source."""
        return next(f for f in self.feeds if f.source == source)


class FilePlan(Frozen):
    """A file or glob of a source, relative to the project, and the tag its rows carry."""

    pattern: str
    tag: str | None = None


class SkipPlan(Frozen):
    """A rule that leaves out lines which are no records: `all_blank` or an expression over the source's columns."""

    name: str
    expression: str | None = None


class JoinPlan(Frozen):
    """A left join: with a table of the source's own database, or with another `source` (by what opens it)."""

    alias: str
    table: str
    source: "SourcePlan | None" = None
    by: dict[str, str]
    take: str | None = None
    gather: bool = False


class ManifestPlan(Frozen):
    """The files that the rows of a source name in the column `path`, below the folder `base` of the project.

    `prefix` stands before every path; files above `largest` bytes or of a `forbidden` ending cannot be taken.
    """

    path: str
    base: str
    prefix: str = ""
    largest: int | None = None
    forbidden: tuple[str, ...] = ()


class SourcePlan(Frozen):
    """One source as the mapping and its profile describe it. `url` stays a reference (`env:NAME`)."""

    name: str
    connector: str = "files"
    files: tuple[FilePlan, ...] = ()
    tag: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    short_rows: Literal["aside", "fill"] = "aside"
    url: str | None = None
    table: str | None = None
    query: str | None = None
    covers: tuple[str, ...] = ()
    joins: tuple[JoinPlan, ...] = ()
    options: dict[str, str] = {}  # further words, which the connector alone knows
    manifest: ManifestPlan | None = None  # where its rows name files
    key: tuple[str, ...]
    changed_key: Literal["new", "review", "same"] = "new"
    changed: str | None = None
    changed_format: str | None = None
    skip: tuple[SkipPlan, ...] = ()
    archive: tuple[str, ...] = ()
    drop: dict[str, str] = {}
    no_links: dict[str, str] = {}  # a column, or `one + other` of a row -> the decision that it is no link
    stays_behind: str | None = None  # the decision by which none of its rows feeds anything
    locale: str
    time_zone: str

    @property
    def brought(self) -> tuple[str, ...]:
        """How the columns begin that joins bring from other sources, where they are accounted for."""
        return tuple(f"{join.alias}." for join in self.joins if join.source is not None)


class CorrectionPlan(Frozen):
    """A cell of a source that a person corrected: of the row of that key, or of the one at that line of a file.

    Where the cell is not `was` any more, nothing is changed. The empty text is an empty cell.
    """

    name: str
    column: str
    was: str
    now: str
    by: str
    key: str | None = None
    file: str = ""
    line: int = 0


MAP_JOINER = "␟"  # between the words of an entry of a value map on several columns


class ValueMapPlan(Frozen):
    """A value map and what a value without translation does.

    A map on several columns has their names in `by`, the cell's own last; its entries are the words joined by `␟`.
    """

    name: str
    by: tuple[str, ...] = ()
    entries: dict[str, str]
    unmapped: Literal["hold", "reject", "keep", "warn", "default"] = "hold"
    default: str | None = None


class OwnerPlan(Frozen):
    """One line of the owners file."""

    login: str
    target: str
    active: bool = True
    successor: str | None = None


class OwnersPlan(Frozen):
    """Who owns records in the target. `closed_records` may be `keep_as_text(field)`."""

    entries: tuple[OwnerPlan, ...] = ()
    unknown: Literal["hold", "clear", "keep_as_text"] = "hold"
    open_records: str = "successor"
    closed_records: str = "successor"


class CheckPlan(Frozen):
    """A check of the merged record: an expression over its fields that must hold.

    `code` is the reason of a record that fails it; one that excludes is named after the decision that says so.
    """

    id: str
    object: str
    expression: str
    otherwise: Literal["exclude", "reject", "hold", "warn"]
    say: str = ""
    code: str = "check_failed"


class ErasePlan(Frozen):
    """Who asked to be erased: `people` is the list, relative to the project; who is on it is in no plan.

    `several` is what becomes of records where a line reaches more than one, `suppressions` what the list of opt-outs
    keeps of a mailbox. What becomes of children stands in their `RefPlan`.
    """

    people: str
    several: Literal["hold", "exclude"] = "hold"
    suppressions: Literal["drop", "hash", "keep"] = "drop"
    because: str | None = None


Aggregate = Literal["sum", "median", "repeats", "pairs"]


class KpiPlan(Frozen):
    """A figure that is computed on the source side, as expected and as found in the target.

    `sum` is what is added up (records where there is none), or taken by another `how`: see `reconcile/aggregates`.
    """

    name: str
    object: str
    where: str | None = None
    sum: str | None = None
    how: Aggregate = "sum"
    by: tuple[str, ...] = ()
    never_rises: bool = False
    never_falls: bool = False


class ControlPlan(Frozen):
    """A figure from outside, said by somebody. `value` is a plain decimal, `unit` a currency or empty."""

    name: str
    value: str
    unit: str = ""
    of: str = ""
    said_by: str = ""


class GatePlan(Frozen):
    """A limit that decides GO or NO-GO. `limit` is a plain decimal; `share` says that it is a fraction of the whole."""

    name: str
    scope: str = ""
    compare: Literal["<=", ">="] = "<="
    limit: str
    share: bool = False


class CustomersPlan(Frozen):
    """Who is a customer: records of an object, from the day `since` to the day `until` (fields of days, derived)."""

    object: str
    where: str | None = None
    since: str
    until: str | None = None


class PackPlan(Frozen):
    """Which families of the pack of key figures are told, for the days of which period (ISO; first and last)."""

    families: tuple[str, ...]
    start: str | None = None
    end: str | None = None
    customers: CustomersPlan | None = None


class ReconcilePlan(Frozen):
    """What is compared, which figures must agree, and which limits hold."""

    compare: dict[str, str] = {}
    kpis: tuple[KpiPlan, ...] = ()
    pack: PackPlan | None = None
    controls: tuple[ControlPlan, ...] = ()
    gates: tuple[GatePlan, ...] = ()
    sign_off: tuple[str, ...] = ()


RECONSENT = "reconsent:"  # begins the id of a decision that lets a grant stand against an opt-out
RATE_DIGITS = (23, 14)  # all digits of an exchange rate, and how many of them behind the point


class MoneyPlan(Frozen):
    """How amounts are reported: `rates` is (currency, ISO date, units of `report_in` per unit), sorted."""

    report_in: str | None = None
    rate_on: str | None = None
    rates: tuple[tuple[str, str, str], ...] = ()


class ExamplePlan(Frozen):
    """An executed example of the mapping: rows by source, expectations by object."""

    name: str
    given: dict[str, tuple[dict[str, str], ...]]
    expect: dict[str, tuple[dict[str, str | None], ...]]


class Plan(Frozen):
    """Everything that decides what a run does. `objects` are in load order.

    `evidence` is source -> column -> fact name -> value (see `evidence.lock`); `decisions` maps a decision id to the
    hash of its content, `decision_words` to who, when and what; `python` maps a file of own code to all it says, which
    is what runs; `files` maps every file that was read for the plan
    (mapping, refs, decisions) to its sha256; `models` maps an object to the model that was learned for it, as a
    document (`matching/weighing/frozen.py`), where one was.
    """

    version: int = 1
    project: str
    title: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    as_of: str | None = None
    fiscal_year_starts: str = "01-01"
    money: MoneyPlan = MoneyPlan()
    environment: EnvironmentPlan
    sources: tuple[SourcePlan, ...]
    value_maps: dict[str, ValueMapPlan] = {}
    owners: OwnersPlan | None = None
    python: dict[str, str] = {}
    objects: tuple[ObjectPlan, ...]
    checks: tuple[CheckPlan, ...] = ()
    erase: ErasePlan | None = None
    reconcile: ReconcilePlan = ReconcilePlan()
    evidence: dict[str, dict[str, dict[str, str]]] = {}
    corrections: dict[str, tuple[CorrectionPlan, ...]] = {}  # by source
    decisions: dict[str, str] = {}
    decision_words: dict[str, tuple[str, str, str]] = {}
    models: dict[str, str] = {}
    files: dict[str, str] = {}
    examples: tuple[ExamplePlan, ...] = ()

    def with_evidence(self, facts: Mapping[str, Mapping[str, Mapping[str, str]]]) -> "Plan":
        """This plan with what is known of the columns (source -> column -> fact -> value) instead of what it knew."""
        evidence = {source: {name: dict(each) for name, each in of.items()} for source, of in facts.items()}
        return self.model_copy(update={"evidence": evidence})

    def with_models(self, models: Mapping[str, str]) -> "Plan":
        """This plan with the models that were learned (object -> document) for the objects that ask for one."""
        asked = {each.name for each in self.objects if each.learned is not None}
        return self.model_copy(update={"models": {name: models[name] for name in sorted(asked & models.keys())}})

    def source(self, name: str) -> SourcePlan:
        """The source of that name."""
        return next(s for s in self.sources if s.name == name)

    def object(self, name: str) -> ObjectPlan:
        """The object of that name."""
        return next(o for o in self.objects if o.name == name)

    def canonical_json(self) -> str:
        """Sorted keys, no blanks, one text for one meaning."""
        return canonical(self.model_dump(mode="json"))

    @property
    def hash(self) -> str:
        """sha256 of the canonical JSON, hex."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    @property
    def meaning(self) -> str:
        """sha256 of what the mapping does to records in any environment: what people sign, and what rehearsals prove.

        Without the environment and who owns records there, without the columns as one export has them and what was
        learned from it, and without the bytes of files, whose content is in the plan.
        """
        here = {"environment", "files", "evidence", "models"}
        everywhere = self.model_copy(update={"owners": self.owners and self.owners.model_copy(update={"entries": ()})})
        said = everywhere.model_dump(mode="json", exclude=here)
        return content_hash(said)
